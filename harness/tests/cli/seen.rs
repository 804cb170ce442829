//! What a command printed and left, as text for a snapshot.

use std::fmt;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The exit code; none where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The files that are there now and were not there before.
    pub(crate) files: Vec<String>,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code.map_or("a signal".to_owned(), |code| code.to_string());
        writeln!(f, "exit: {code}\n--- stdout\n{}--- stderr\n{}--- files", self.stdout, self.stderr)?;
        self.files.iter().try_for_each(|file| writeln!(f, "{file}"))
    }
}

/// What differs from machine to machine and from run to run.
pub(crate) const FILTERS: &[(&str, &str)] = &[
    (r"(?s)(no budget is declared; measured:).*?(\n\s+M  )", "$1 [figures]$2"),
    (r"\d+\.\d+ s\b", "[time]"),
    (r"\d+(\.\d+)? ms\b", "[time]"),
    (r"PostgreSQL \d+(\.\d+)*", "PostgreSQL [version]"),
    (r"(127\.0\.0\.1|localhost):\d+", "$1:[port]"),
    (r"port=\d+", "port=[port]"),
    (r"pgproof_([ct])_[0-9a-f]{16}", "pgproof_${1}_[digits]"),
    (r"pgproof-\d+-[0-9a-f]{10}", "pgproof-[uid]-[digits]"),
    (r"server is \d+(\.\d+)*", "server is [version]"),
    (r"postgresql-\d+-", "postgresql-[major]-"),
    (r"\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] ", ""),
];

/// Compares with the agreed snapshot.
#[macro_export]
macro_rules! assert_seen {
    ($seen:expr) => {
        let seen = $seen;
        insta::with_settings!({ filters => $crate::seen::FILTERS.to_vec(), omit_expression => true }, {
            insta::assert_snapshot!(seen);
        });
    };
}
