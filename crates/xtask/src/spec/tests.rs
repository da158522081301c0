//! A ledger of small sources: what carries a row, what does not, and what is found.

use super::Extent;
use super::ledger::Ledger;
use super::marks::{self, Mark};
use super::places::Place;
use super::rows::{self, Table};
use crate::tidy::source::Source;

const TABLE: &str = r#"
document = "TS 23.204"

[clause."6.15.1"]
title = "invitation"
"step 4" = "authorise"
"step 10" = "a short message comes"
"step 9" = "a chat message goes"
"NOTE 2" = "no asking"
"step 3" = "the S-CSCF brings it"

[clause."6.15.2"]
title = "terminating network"
"step 5" = "assign a number"

[clause."6.18"]
title = "reports"
whole = "a status report becomes a report"

[later]
"6.15.2" = "issue 5"

[theirs]
"6.15.1 step 3" = "the S-CSCF"

[gap]
"6.15.1 NOTE 2" = "not done, because"
"#;

const CODE: &str = "
// TS 23.204 6.15.1 step 4
fn authorise() {}
/// Out and in (TS 23.204 6.15.1 steps 9 and
/// 10; TS 23.204 6.18).
fn both() {}
";

const TESTS: &str = "
/// TS 23.204 6.15.1 step 4, 6.18
#[test]
fn who_may_not_is_refused() { let brace = \"}\"; }

#[test]
fn both_ways() {
    // TS 23.204 6.15.1 steps 9 to 10
}
";

fn table(text: &str) -> Vec<Table> {
    vec![rows::understand(text).expect("a table")]
}

fn marks_in(path: &str, text: &str) -> Vec<Mark> {
    marks::of(&Source::new(path, text), &["TS 23.204", "interworking"])
}

fn sources(code: &str, tests: &str) -> Vec<Mark> {
    [marks_in("crates/shard/src/a.rs", code), marks_in("tests/it/flows/a.rs", tests)].concat()
}

fn findings(code: &str, tests: &str) -> Vec<String> {
    Ledger::new(&table(TABLE), sources(code, tests)).findings().to_vec()
}

/// What a comment names, without where it stands.
fn named(comment: &str) -> Vec<String> {
    let marks = marks_in("crates/shard/src/a.rs", &format!("// {comment}\n"));
    let name = |mark: Mark| format!("{} {}", mark.clause, mark.label.unwrap_or_default()).trim().to_string();
    marks.into_iter().map(name).collect()
}

#[test]
fn rows_that_code_and_tests_carry_are_well() {
    assert_eq!(findings(CODE, TESTS), [""; 0]);
}

#[test]
fn a_row_without_a_test_is_found() {
    let tests = TESTS.replace("6.15.1 step 4, 6.18", "6.18");
    let lack = "TS 23.204 6.15.1 step 4: no test names it; mark what carries it, or say why nothing does";
    assert_eq!(findings(CODE, &tests), [lack]);
}

#[test]
fn a_row_without_code_is_found() {
    let found = findings(&CODE.replace("step 4", "NOTE 2"), TESTS);
    let lack = "TS 23.204 6.15.1 step 4: no code names it; mark what carries it, or say why nothing does";
    assert_eq!(found, [lack]);
    assert!(findings("", "").iter().any(|found| found.contains("neither code nor a test names it")));
}

#[test]
fn a_mark_of_no_row_is_found_where_it_stands() {
    let code = format!("{CODE}// TS 23.204 6.15.1 step 44\nfn odd() {{}}\n");
    let found = findings(&code, TESTS);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("crates/shard/src/a.rs:7: TS 23.204 6.15.1 step 44 is no row"),
        "{}",
        found[0]
    );
    let strange = findings(&CODE.replace("6.18", "6.81"), TESTS);
    assert!(strange.iter().any(|found| found.contains("6.81 is no row")), "{strange:?}");
}

#[test]
fn a_clause_or_step_with_parts_may_be_mentioned_and_carries_nothing() {
    let code = format!("{CODE}//! TS 23.204 6.15.1, 6.15\n// TS 23.204 6\n");
    assert_eq!(findings(&code, TESTS), [""; 0]);
    let mentioned = "// TS 23.204 6.15.1\nfn all() {}\n";
    assert!(findings(mentioned, TESTS).iter().any(|found| found.contains("step 4: no code")));
    // 6.1 is no whole of which 6.15 were a part.
    assert_eq!(findings(&format!("{CODE}// TS 23.204 6.1\n"), TESTS).len(), 1);
}

#[test]
fn rows_of_a_later_issue_of_other_nodes_and_gaps_are_listed_and_do_not_fail() {
    let tables = table(TABLE);
    let ledger = Ledger::new(&tables, sources(CODE, TESTS));
    let page = ledger.page(Extent::Whole);
    assert!(page.contains("later  issue 5") && page.contains("theirs the S-CSCF"), "{page}");
    assert!(page.contains("gap    not done, because"), "{page}");
    for extent in [Extent::Whole, Extent::Missing] {
        let page = ledger.page(extent);
        assert!(page.contains("spec  gap: TS 23.204 6.15.1 NOTE 2: not done, because"), "{page}");
        assert!(page.contains(
            "7 rows: 4 carried by code and a test, 1 of later issues, 1 of other nodes, 1 gaps, 0 without"
        ));
        assert_eq!(page.contains("authorise"), extent == Extent::Whole, "{page}");
    }
}

#[test]
fn an_excuse_that_is_none_any_more_is_found() {
    let code = format!("{CODE}// TS 23.204 6.15.2 step 5\nfn assign() {{}}\n");
    let tests = format!("{TESTS}// TS 23.204 6.15.2 step 5\n#[test]\nfn assigned() {{}}\n");
    let found = findings(&code, &tests);
    assert_eq!(found, ["TS 23.204 6.15.2 step 5: code and a test carry it; strike out its excuse"]);
}

#[test]
fn an_excuse_for_no_row_is_an_error() {
    let error = rows::understand(&TABLE.replace("6.15.1 NOTE 2", "6.15.1 NOTE 3")).expect_err("no such row");
    assert!(error.to_string().contains("6.15.1 NOTE 3 is excused"), "{error}");
    assert!(rows::understand(&TABLE.replace("[gap]", "[gaps]")).is_err());
    assert!(rows::understand(&TABLE.replace("\"authorise\"", "\" \"")).is_err(), "a row in no words");
}

#[test]
fn the_page_names_places_in_the_order_of_the_steps() {
    let tables = table(TABLE);
    let page = Ledger::new(&tables, sources(CODE, TESTS)).page(Extent::Whole);
    let at = |what: &str| page.find(what).unwrap_or_else(|| panic!("{what} in {page}"));
    assert!(at("step 4") < at("step 9") && at("step 9") < at("step 10"));
    assert!(at("step 4") < at("code   crates/shard/src/a.rs:2"));
    at("test   tests/it/flows/a.rs:2 who_may_not_is_refused");
    at("test   tests/it/flows/a.rs:8 both_ways");
}

#[test]
fn a_comment_names_rows_in_many_forms() {
    let cases: [(&str, &[&str]); 15] = [
        ("TS 23.204 6.15.1 step 4: why", &["6.15.1 step 4"]),
        ("see (TS 23.204 6.14 step 3c).", &["6.14 step 3c"]),
        ("TS 23.204 6.15.1 steps 5 to 7, and more", &["6.15.1 step 5", "6.15.1 step 6", "6.15.1 step 7"]),
        ("TS 23.204 6.14 steps 2, 3a and 4.", &["6.14 step 2", "6.14 step 3a", "6.14 step 4"]),
        ("TS 23.204 6.15.1 NOTE 2", &["6.15.1 NOTE 2"]),
        ("TS 23.204 6.16.1 step 5 and NOTE 2: why", &["6.16.1 step 5", "6.16.1 NOTE 2"]),
        ("TS 23.204 6.1 and 6.2; RFC 3261 8", &["6.1", "6.2"]),
        ("TS 23.204 6.15 to 6.17.", &["6.15"]),
        ("TS 23.204 6.15.1 step 4, 6.16.1 step 2", &["6.15.1 step 4", "6.16.1 step 2"]),
        (
            "interworking 2.7 rows 5 and 6 chat, 2.9 T-idle",
            &["2.7 row 5 chat", "2.7 row 6 chat", "2.9 T-idle"],
        ),
        ("interworking 2.4 TP-VP, TP-SRR and SM-RP-DA", &["2.4 TP-VP", "2.4 TP-SRR", "2.4 SM-RP-DA"]),
        ("interworking 11 row 3, 2.3 row 14", &["11 row 3", "2.3 row 14"]),
        ("interworking 2.3 rows 3 and 6, 11 row 7", &["2.3 row 3", "2.3 row 6", "11 row 7"]),
        ("the interworking page, tables 2.3 and 2.7", &[]),
        ("TS 23.2045 6.1, the chatinterworking 2.3", &[]),
    ];
    for (comment, expected) in cases {
        assert_eq!(named(comment), expected, "{comment}");
    }
}

#[test]
fn only_a_running_test_is_a_test_and_only_the_product_is_code() {
    let place = |path: &str, text: &str| {
        let marks = marks_in(path, text);
        assert_eq!(marks.len(), 1, "{text}");
        marks[0].place.clone()
    };
    let mark = "// TS 23.204 6.18\n";
    let above = |attribute: &str| format!("{mark}{attribute}\nfn it() {{ }}\n");
    let inside = |attribute: &str| format!("{attribute}\nfn it() {{ if true {{ }}\n{mark} }}\n");
    let product = "crates/sip/src/a.rs";
    for text in [above("#[test]"), inside("#[test]"), inside("#[test]\n#[should_panic]")] {
        assert_eq!(place(product, &text), Place::Test("it".into()), "{text}");
        assert_eq!(place("tests/it/a.rs", &text), Place::Test("it".into()), "{text}");
    }
    for text in [above("#[inline]"), inside(""), format!("{mark}const A: u8 = 1;\n")] {
        assert_eq!(place(product, &text), Place::Code, "{text}");
        for path in ["tests/it/a.rs", "crates/sip/src/tests.rs", "crates/actors/src/a.rs", "loadgen/src/a.rs"]
        {
            assert_eq!(place(path, &text), Place::Elsewhere, "{path} {text}");
        }
    }
    assert_eq!(place(product, &inside("#[test]\n#[ignore]")), Place::Code);
    assert_eq!(place(product, "//! TS 23.204 6.18\nfn it() {}\n"), Place::Elsewhere);
    assert_eq!(
        place(product, &format!("#[cfg(test)]\nmod tests {{\nfn f() {{\n{mark}}}\n}}\n")),
        Place::Elsewhere
    );
    // Behind a test is not in it, and a text is no comment.
    assert_eq!(place(product, &format!("#[test]\nfn it() {{}}\n\n{mark}fn f() {{}}\n")), Place::Code);
    assert_eq!(marks_in(product, "const A: &str = \"TS 23.204 6.18\";"), []);
    // The attribute of a module that lives in its own file ends there.
    assert_eq!(place(product, &format!("#[cfg(test)]\nmod tests;\n{mark}fn f() {{}}\n")), Place::Code);
}
