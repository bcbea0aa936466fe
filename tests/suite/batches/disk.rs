//! A full disk: told as what it is, nothing half done, and the same command ends well when there is room.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::backup::{back_up, program, restore};
use super::crash::old;
use super::shared::{Place, ask, audit, change, ended, start};
use crate::support::run;

const ROWS: usize = 2_000;

/// A disk of some KiB; it is taken away at the end.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn new(place: &Place, name: &str, kibibytes: usize) -> Self {
        let folder = place.path(name);
        fs::create_dir(&folder).expect("made");
        let (size, to) = (format!("size={kibibytes}k"), folder.to_string_lossy());
        let mounted = run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", &to]);
        assert!(
            mounted.status.success(),
            "a small disk cannot be mounted ({}); this test must run as root, in a container with \
             CAP_SYS_ADMIN, or by `unshare --map-root-user --mount tests/run`",
            String::from_utf8_lossy(&mounted.stderr).trim()
        );
        Self { folder }
    }

    fn enlarge(&self) {
        self.remount("size=256m");
    }

    fn remount(&self, option: &str) {
        let option = format!("remount,{option}");
        let ran = run("mount", &["-o", &option, &self.folder.to_string_lossy()]);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    /// Leaves only so many bytes free.
    fn fill(&self, free: u64) {
        let mut file = fs::File::create(self.folder.join("ballast")).expect("made");
        while file.write_all(&[1; 4_096]).is_ok() {}
        let bytes = file.metadata().expect("there").len();
        file.set_len(bytes - free).expect("shortened");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A test that failed may still have a process there.
        let _ = run("umount", &["--lazy", &self.folder.to_string_lossy()]);
    }
}

fn files_of(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_full_data_directory_is_told_and_loses_nothing() {
    let place = Place::new();
    place.rows("rows.json", 1, ROWS);
    // From one that cannot even hold the ledger to one in which only the joined file has no room.
    let mut stages = Vec::new();
    for (at, kibibytes) in [64, 2_500, 8_500, 10_500].into_iter().enumerate() {
        let disk = Disk::new(&place, &format!("disk{at}"), kibibytes);
        let to = place.path(&format!("{at}.pdf"));
        let batch = || ended(start(&mut place.batch_in(&disk.folder, "rows.json", &to, &[])));
        let first = batch();
        if first.code == Some(0) {
            stages.push("enough");
            continue;
        }
        let told = first.with(2);
        assert!(told.contains("磁盘已满") || told.contains("磁盘是否已满"), "{kibibytes}: {told}");
        assert!(!to.exists() && !place.path(&format!("{at}.pdf.part")).exists());
        disk.enlarge();
        let numbers = |what: &str| -> Vec<(i64, String)> {
            let sql = format!("SELECT row, number FROM {what} ORDER BY row");
            ask(&disk.folder, &sql)
        };
        let tables: Vec<(i64,)> = super::shared::try_ask(
            &disk.folder,
            "SELECT count(*) FROM sqlite_master WHERE name = 'batch_row'",
        );
        let reserved = match tables.first() {
            Some((1,)) => numbers("certificate"),
            _ => Vec::new(),
        };
        assert!(reserved.is_empty() || reserved.len() == ROWS, "all or none: {}", reserved.len());
        stages.push(if reserved.is_empty() { "before" } else { "after" });
        println!("{kibibytes} KiB: {} numbers reserved; {told}", reserved.len());
        batch().with(0);
        let after = numbers("certificate");
        assert!(reserved.is_empty() || after == reserved, "the numbers that were reserved");
        assert_eq!(after.len(), ROWS);
        assert!(numbers("batch_row") == after);
        assert_eq!(audit(&disk.folder).entries, 4_000);
        let pages = super::shared::pages(&fs::read(&to).expect("written"));
        assert!(pages.iter().map(|(_, number)| number).eq(after.iter().map(|(_, number)| number)));
    }
    println!("{stages:?}");
    assert!(stages.contains(&"before") && stages.contains(&"after"), "{stages:?}");
}

#[test]
fn a_full_disk_where_the_file_goes_is_told_and_the_numbers_stay() {
    let place = Place::new();
    place.rows("rows.json", 1, ROWS);
    let disk = Disk::new(&place, "out", 256);
    let to = disk.folder.join("证书.pdf");
    let batch = || ended(start(&mut place.batch_in(&place.data(), "rows.json", &to, &[])));
    let told = batch().with(2);
    assert!(told.contains("磁盘已满") && told.contains("编号和印好的文件都留着"), "{told}");
    assert_eq!(files_of(&disk.folder), Vec::<String>::new(), "no half file");
    let audit = place.audit();
    assert_eq!(audit.entries, 4_000, "issued: it is kept in the data directory");
    disk.enlarge();
    let told = batch().with(0);
    assert!(told.contains("编号照旧"), "{told}");
    fs::copy(&to, place.path("copy.pdf")).expect("copied");
    place.assert_pages("copy.pdf", 1, ROWS);
    assert_eq!(place.audit(), audit);
    drop(disk);
    place.assert_tidy();
}

#[test]
fn a_full_disk_leaves_an_older_directory_as_it_was() {
    let place = Place::new();
    let disk = Disk::new(&place, "disk", 4_096);
    let data = disk.folder.join("data");
    old(&data, 1);
    let database = data.join("chengwen.db");
    let long = "INSERT INTO journal (at, who, what, subject) VALUES (1, '张三', 'long', hex(zeroblob(200000)))";
    change(&database, long);
    // There is no room for the copy that is kept of it, or only for that.
    let bytes = fs::metadata(&database).expect("there").len();
    for free in [64 << 10, bytes + (48 << 10)] {
        disk.fill(free);
        let told = program(&place, &data, &["keys", "list"]).with(2);
        assert!(told.contains("磁盘已满"), "{told}");
        let found = ask::<(i64,)>(&data, "SELECT max(version) FROM _sqlx_migrations");
        assert_eq!(found, [(1,)]);
        assert!(
            !files_of(&data).iter().any(|name| name.contains(".part")),
            "{:?}",
            files_of(&data)
        );
        fs::remove_file(disk.folder.join("ballast")).expect("removed");
    }
    let list = program(&place, &data, &["keys", "list"]).with(0);
    assert!(list.contains("旧钥"), "{list}");
    assert_eq!(ask::<(i64,)>(&data, "SELECT count(*) FROM journal"), [(2,)]);
    audit(&data);
}

#[test]
fn a_full_disk_where_a_backup_goes_or_is_restored_is_told_and_nothing_is_left() {
    let place = Place::new();
    place.rows("rows.json", 1, 3);
    place.run("rows.json", "all.pdf", &[]).with(0);
    let disk = Disk::new(&place, "out", 96);
    let to = disk.folder.join("backup.zip").display().to_string();
    let told = program(&place, &place.data(), &["backup", "-o", &to]).with(2);
    assert!(told.contains("磁盘已满") && told.contains("腾出空间"), "{told}");
    assert_eq!(files_of(&disk.folder), Vec::<String>::new());
    let archive = back_up(&place, "backup.zip");
    for _ in 0..2 {
        let told = restore(&place, &archive, &disk.folder).with(2);
        assert!(told.contains("磁盘已满"), "{told}");
        assert_eq!(files_of(&disk.folder), Vec::<String>::new());
    }
    disk.enlarge();
    restore(&place, &archive, &disk.folder).with(0);
    audit(&disk.folder);
    program(&place, &place.data(), &["backup", "-o", &place.path("2.zip").to_string_lossy()])
        .with(0);
}

#[test]
fn a_disk_that_is_read_only_is_told() {
    let place = Place::new();
    let disk = Disk::new(&place, "disk", 4_096);
    let data = disk.folder.join("data");
    let keys = ["keys", "create", "--role", "admin", "--name", "甲"];
    program(&place, &data, &keys).with(0);
    let to = place.path("backup.zip").display().to_string();
    disk.remount("ro");
    let commands: [&[&str]; 5] = [
        &keys,
        &["keys", "list"],
        &["registry", "audit"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["backup", "-o", &to],
    ];
    for command in commands {
        let told = program(&place, &data, command).with(2);
        assert!(told.contains("磁盘是只读的"), "{command:?}: {told}");
    }
    assert!(!place.path("backup.zip").exists() && !place.path("backup.zip.part").exists());
    disk.remount("rw");
    let list = program(&place, &data, &["keys", "list"]).with(0);
    assert_eq!(list.matches("甲").count(), 1, "{list}");
}
