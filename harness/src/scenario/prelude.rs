//! What a platform sets up before the application's own schema.

use serde::Deserialize;

use crate::sql::{Script, ScriptError};

/// A platform whose roles and functions the baseline is built on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prelude {
    /// Supabase: the roles `anon`, `authenticated` and `service_role`, the functions `auth.uid()`, `auth.role()` and
    /// `auth.jwt()` over the setting `request.jwt.claims`, and its default privileges in `public`.
    Supabase,
}

impl Prelude {
    /// What is run before the first file of the baseline.
    ///
    /// # Errors
    /// Its text can not be split: a defect of this program.
    pub fn script(self) -> Result<Script, Vec<ScriptError>> {
        match self {
            Self::Supabase => Script::parse_alone("prelude/supabase.sql", include_str!("../../preludes/supabase.sql")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prelude_can_be_read() {
        assert!(Prelude::Supabase.script().unwrap().statements().count() > 5);
    }
}
