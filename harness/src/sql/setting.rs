//! Settings that change how a script is read: the server's `standard_conforming_strings`, and psql's own variables.

use super::lexer::{self, Kind, StringRules};
use super::statement::Statement;

/// The rules for strings after `statement`, when it is one that sets them.
pub(super) fn string_rules_after(statement: &Statement) -> Option<StringRules> {
    let mut tokens = lexer::tokens(&statement.text, statement.rules);
    let (kind, verb) = tokens.next()?;
    let resets = verb.eq_ignore_ascii_case("reset");
    if kind != Kind::Word || !(resets || verb.eq_ignore_ascii_case("set")) {
        return None;
    }
    let scope = |word: &str| word.eq_ignore_ascii_case("session") || word.eq_ignore_ascii_case("local");
    let (_, name) = tokens.find(|(_, word)| !scope(word))?;
    if resets && name.eq_ignore_ascii_case("all") {
        return Some(StringRules::Standard);
    }
    if !name.trim_matches('"').eq_ignore_ascii_case("standard_conforming_strings") {
        return None;
    }
    let value = tokens.last().map_or("on", |(_, value)| value.trim_matches('\''));
    Some(if is_off(value) { StringRules::Escapes } else { StringRules::Standard })
}

/// Why psql's variable can not take the value (none: be unset), when what it means for psql can not be had here.
pub(super) fn refusal(variable: &str, value: Option<&str>) -> Option<&'static str> {
    // Unset is `off` for each of them, and so is not being a word for on; empty is `on`.
    let on = value.is_some_and(|value| !is_off(value));
    match variable {
        "ON_ERROR_STOP" if !on => Some("remove it: a step always stops at its first error"),
        "AUTOCOMMIT" if !on => Some("remove it: the step's transaction mode says what is wrapped"),
        "ON_ERROR_ROLLBACK" if on => Some("remove it: a step always stops at its first error"),
        "SINGLELINE" if on => Some("remove it, and end each statement with `;`"),
        "SINGLESTEP" if on => Some("remove it: nobody is there to answer"),
        _ => None,
    }
}

fn is_off(value: &str) -> bool {
    ["off", "of", "false", "fals", "fal", "fa", "f", "no", "n", "0"].iter().any(|off| value.eq_ignore_ascii_case(off))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ON_ERROR_STOP", Some("on"), true)]
    #[case("ON_ERROR_STOP", Some("1"), true)]
    #[case("ON_ERROR_STOP", Some("true"), true)]
    #[case("ON_ERROR_STOP", Some(""), true)]
    #[case("ON_ERROR_STOP", Some("off"), false)]
    #[case("ON_ERROR_STOP", None, false)]
    #[case("AUTOCOMMIT", Some("OFF"), false)]
    #[case("ON_ERROR_ROLLBACK", Some("interactive"), false)]
    #[case("ON_ERROR_ROLLBACK", Some("off"), true)]
    #[case("VERBOSITY", Some("verbose"), true)]
    #[case("on_error_stop", Some("off"), true)]
    fn a_setting_of_psql_is_taken_when_it_can_be_kept(
        #[case] variable: &str,
        #[case] value: Option<&str>,
        #[case] taken: bool,
    ) {
        assert_eq!(refusal(variable, value).is_none(), taken);
    }
}
