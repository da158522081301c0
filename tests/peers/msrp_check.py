#!/usr/bin/env python3
"""A strict judge of the MSRP and CPIM in a capture: tshark flags nothing there.

    msrp_check.py CAPTURE --port 2855 [--port N] [--require cpim=2,reports=1] [options]
    msrp_check.py --self-test

Prints one JSON object: what was counted, and every departure from a rule with its stream, side, frame and
offset. Exit code 0: no error. 1: errors, or fewer than required. 2: no readable capture.
Refuses: to read product code. It is written from the grammar and the behaviour of the standards alone.
"""

import argparse
import json
import sys

import capture
import cpim_grammar
import msrp_grammar
import msrp_session

RULES = {**msrp_grammar.RULES, **msrp_session.RULES, **cpim_grammar.RULES}


def check(path, ports, options):
    return msrp_session.Check(options).run(capture.streams(path, ports))


def shortfalls(summary, wanted):
    """Counts below what was required, as errors: a wrong port would else pass in silence."""
    found = []
    for want in filter(None, wanted.split(",")):
        name, _, least = want.partition("=")
        if not isinstance(summary.get(name), int) or not least.isdigit():
            raise SystemExit(f"msrp_check: --require knows no {want}")
        if summary[name] < int(least):
            found.append({"rule": "required", "text": f"{name} is {summary[name]}, required {least}"})
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?")
    parser.add_argument("--port", type=int, action="append", help="an MSRP port; default 2855")
    parser.add_argument("--require", default="", metavar="NAME=N,…", help="least counts")
    parser.add_argument("--cema", action="store_true", help="connections may go elsewhere than paths say (RFC 6714)")
    parser.add_argument("--allow-open", action="store_true", help="connections may break before an answer")
    parser.add_argument("--keep-alive", action="store_true", help="CRLF between messages is a keep-alive")
    parser.add_argument("--require-reports", action="store_true", help="each success report asked for must come")
    parser.add_argument("--rules", action="store_true", help="print the rules and end")
    parser.add_argument("--self-test", action="store_true", help="plant one fault per rule and find each")
    arguments = parser.parse_args()
    if arguments.self_test:
        import msrp_faults
        return msrp_faults.self_test(RULES)
    if arguments.rules:
        print("\n".join(f"{rule:20} {sentence}" for rule, sentence in RULES.items()))
        return 0
    if arguments.capture is None:
        parser.error("a capture, or --self-test")
    options = msrp_session.Options(
        arguments.cema, arguments.allow_open, arguments.keep_alive, arguments.require_reports)
    try:
        summary = check(arguments.capture, arguments.port or [2855], options)
    except (OSError, capture.Unreadable) as error:
        print(f"msrp_check: {error}", file=sys.stderr)
        return 2
    summary["errors"] += shortfalls(summary, arguments.require)
    print(json.dumps(summary, indent=1))
    return 1 if summary["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
