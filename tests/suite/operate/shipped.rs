//! The shipped file of nginx with a test's addresses and paths, and what stands around it.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use super::front::{NAME, PORTS};
use crate::support::{root, run};

/// The shipped file with this test's addresses and paths.
pub(super) fn site(folder: &Path, address: Ipv4Addr, service: SocketAddr) -> String {
    let mut site =
        fs::read_to_string(root().join("samples/operate/nginx.conf")).expect("the shipped file");
    let here = folder.to_string_lossy();
    let (tls, plain) = PORTS;
    for (shipped, ours) in [
        ("server 127.0.0.1:8080;", format!("server {service};")),
        ("listen [::]:443 ssl http2;", String::new()),
        ("listen [::]:80;", String::new()),
        ("listen 443 ssl http2;", format!("listen {address}:{tls} ssl http2;")),
        ("listen 80;", format!("listen {address}:{plain};")),
        ("/etc/nginx/tls/", format!("{here}/")),
        ("/var/log/nginx/", format!("{here}/")),
    ] {
        assert!(site.contains(shipped), "{shipped} is in the shipped file");
        site = site.replace(shipped, &ours);
    }
    site
}

/// The file around it, as a distribution has it.
pub(super) fn whole(folder: &Path, site: &str) -> String {
    let here = folder.to_string_lossy();
    // As root, nginx would hand its work to a user who may not enter the folder of this test.
    let root = rustix::process::getuid().is_root();
    let user = if root { "user root;" } else { "" };
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {here}/{kind};\n"))
        .concat();
    format!(
        "{user}\ndaemon off;\nworker_processes 1;\npid {here}/nginx.pid;\n\
         events {{ worker_connections 256; }}\nhttp {{\n{folders}{site}\n}}\n"
    )
}

/// A certificate for the name, signed by itself.
pub(super) fn certify(folder: &Path) {
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (key, certificate) = (path("chengwen.key"), path("chengwen.crt"));
    let subject = format!("/CN={NAME}");
    let names = format!("subjectAltName=DNS:{NAME},DNS:elsewhere.example");
    let made = run(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            &subject,
            "-addext",
            &names,
            "-keyout",
            &key,
            "-out",
            &certificate,
        ],
    );
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
