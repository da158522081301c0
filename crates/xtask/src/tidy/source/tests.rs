//! A sentence about a law does not break it, and code cannot hide as one.

use super::*;

fn code(text: &str) -> String {
    Source::new("a.rs", text).code.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn comments(text: &str) -> String {
    Source::new("a.rs", text).comments.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn comments_and_literals_are_not_code() {
    assert_eq!(code("a(); // unsafe\nb();"), "a(); b();");
    assert_eq!(code("a /* x /* unsafe */ y */ b"), "a b");
    assert_eq!(code(r#"a("unsafe \" unsafe") b"#), "a( ) b");
    assert_eq!(code("a(r#\"un\"safe\"#) b"), "a( ) b");
    assert_eq!(code("a(br\"x\\\") b"), "a(b ) b");
}

#[test]
fn code_does_not_hide_behind_a_quote() {
    assert_eq!(code("f::<'a>(); unsafe {}"), "f::<'a>(); unsafe {}");
    assert_eq!(code("x == '\"'; unsafe {} '\"'"), "x == ; unsafe {}");
    assert_eq!(code(r"x == '\''; unsafe {}"), "x == ; unsafe {}");
    assert_eq!(code(r"x == '\\'; unsafe {}"), "x == ; unsafe {}");
    assert_eq!(code("x == 'é'; unsafe {}"), "x == ; unsafe {}");
    assert_eq!(code("let r#unsafe = 1; unsafe {}"), "let r#unsafe = 1; unsafe {}");
}

#[test]
fn comments_are_kept_with_their_lines() {
    let source = Source::new("a.rs", "one(); // first\n\"// not\";\n/* se\ncond */ two();\n");
    assert_eq!(comments(&source.text), "// first /* se cond */");
    let at = source.comments.find("cond").expect("a comment");
    assert_eq!(line_of(&source.comments, at), 4);
    assert_eq!(source.code.len(), source.text.len());
}

#[test]
fn an_open_literal_or_comment_ends_with_the_file() {
    for text in ["\"abc", "/* abc", "r#\"abc\"", "'\\", "'", "'\\'", "\"\\", "//", "r", "r#"] {
        assert_eq!(Source::new("a.rs", text).code.len(), text.len(), "{text}");
    }
}

#[test]
fn words_stand_alone() {
    assert_eq!(words("unsafe_code unsafe xunsafe", "unsafe").collect::<Vec<_>>(), [12]);
}

#[test]
fn other_files_are_all_comment() {
    let script = Source::new(".ci/run", "echo hi");
    assert_eq!((script.code.as_str(), script.comments.as_str()), ("", "echo hi"));
    assert!(!script.is_rust());
    assert!(Source::new("crates/sip/tests/a.rs", "").is_under("tests"));
    assert!(!Source::new("crates/sip/src/tests.rs", "").is_under("tests"));
}
