//! Pages that anyone may open, each judged at both sizes.

use chengwen::values::Role;

use super::driver::Browser;
use super::site::Site;

#[test]
fn pages_for_everyone_are_sound() {
    let (site, browser) = (Site::open(), Browser::open());
    for path in ["/", "/help", "/sign-in", "/verify", "/verify?number=%3Cb%3E&code=1", "/nowhere"] {
        browser.go(&site.at(path));
        browser.judge();
    }
    // What needs a data directory says so.
    for path in ["/batches", "/batches/new", "/registry", "/registry/ranges"] {
        browser.go(&site.at(path));
        browser.says("这个服务没有设数据目录");
        browser.judge();
    }
}

#[test]
fn whoever_signs_in_sees_the_doors_open_and_signs_out() {
    let (site, browser) = (Site::guarded(&[Role::Bureau]), Browser::open());
    browser.go(&site.at("/"));
    browser.says("现在不能用：这里要用市县局的密钥。");
    browser.judge();
    browser.go(&site.at("/sign-in"));
    browser.press("登录");
    browser.says("请填写密钥");
    browser.judge();
    browser.fill("密钥", "cw_wrong");
    browser.type_into(&browser.field("密钥"), "\u{E007}");
    browser.says("密钥不对");
    // That a key is refused stands in the console too.
    assert!(browser.console().iter().all(|line| line.contains("401")));
    browser.fill("密钥", site.key(Role::Bureau));
    browser.type_into(&browser.field("密钥"), "\u{E007}");
    browser.says("市县局（市县局）");
    browser.judge();
    // What the key does not open is told, with what does.
    browser.go(&site.at("/batches/new"));
    browser.says("现在不能选：要省局的密钥");
    browser.judge();
    browser.go(&site.at("/registry"));
    browser.says("需要省局的权限，这个密钥是市县局的");
    browser.says("用有这项权限的密钥登录后再试");
    browser.judge();
    browser.press("回首页");
    browser.press("退出登录");
    browser.says("现在不能用：这里要用市县局的密钥。");
    browser.quiet();
}
