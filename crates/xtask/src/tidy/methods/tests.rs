//! What counts as a method of a type, and what does not.

use super::*;

fn package(folder: &str) -> Package {
    Package { folder: folder.into(), ..Package::default() }
}

fn fns(count: usize) -> String {
    (0..count)
        .map(|n| format!("    pub const fn m{n}(&self) {{ if true {{ fn inner() {{}} }} }}\n"))
        .collect()
}

fn counted(code: &str) -> Vec<(String, usize)> {
    let source = Source::new("a.rs", code);
    blocks(&source.code).into_iter().map(|block| (block.name, block.methods)).collect()
}

#[test]
fn twenty_six_methods_are_one_too_many() {
    let packages = [package("crates/shard")];
    let at = Source::new("crates/shard/src/a.rs", &format!("struct A;\nimpl A {{\n{}}}\n", fns(25)));
    assert_eq!(check(&[&at], &packages), []);
    let past = Source::new("crates/shard/src/a.rs", &format!("struct A;\nimpl A {{\n{}}}\n", fns(26)));
    let findings = check(&[&past], &packages);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].path.as_str(), findings[0].line), ("crates/shard/src/a.rs", 2));
    assert!(findings[0].found.contains("26 methods in 1 impl blocks"), "{}", findings[0]);
}

#[test]
fn spreading_a_type_over_files_hides_nothing() {
    let packages = [package("crates/shard"), package("crates/sip")];
    let half = |path, start: &str| Source::new(path, &format!("{start}impl A {{\n{}}}\n", fns(13)));
    let (a, b) = (half("crates/shard/src/a.rs", "struct A;\n"), half("crates/shard/src/b.rs", ""));
    assert_eq!(check(&[&a, &b], &packages).len(), 1);
    // The same name in another package is another type.
    let other = half("crates/sip/src/b.rs", "struct A;\n");
    assert_eq!(check(&[&a, &other], &packages), []);
    // Two definitions in one package are two types.
    let twin = half("crates/shard/src/b.rs", "struct A;\n");
    assert_eq!(check(&[&a, &twin], &packages), []);
}

#[test]
fn generics_paths_and_where_do_not_hide_the_name() {
    assert_eq!(counted("impl<F: Fn(u8) -> u8> Wheel<F> where F: Copy { fn a() {} }"), [("Wheel".into(), 1)]);
    assert_eq!(counted("impl crate::a::Wheel { fn a() {} fn b() {} }"), [("Wheel".into(), 2)]);
    assert_eq!(counted("#[rustfmt::skip] impl<'a> Wheel<'a> { const F: fn(u8) = g; fn a() {} }").len(), 1);
    assert_eq!(counted("impl A { const F: fn(u8) = g; async fn a() {} }"), [("A".into(), 1)]);
}

#[test]
fn trait_implementations_and_signatures_do_not_count() {
    assert_eq!(counted("impl fmt::Debug for A { fn fmt() {} }"), []);
    assert_eq!(counted("unsafe impl<T> Send for A<T> {}"), []);
    assert_eq!(counted("fn f(x: impl Fn(u8)) -> impl Iterator<Item = u8> { g(x) }"), []);
    assert_eq!(counted("impl<'a> Trait<'a> for &'a mut A { fn fmt() {} }"), []);
}
