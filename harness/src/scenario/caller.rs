//! Who asks: a role, and what the caller's token says.

use std::fmt;

use crate::sql::{quote_identifier, quote_literal};

/// The setting in which a gateway hands on the claims of the caller's token (`PostgREST`, "JWT claims").
const CLAIMS_SETTING: &str = "request.jwt.claims";

/// A role with the claims of a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    role: Option<String>,
    claims: Option<String>,
}

impl Caller {
    /// The caller that takes `role` and whose token names `user` beside other `claims`. Without a role it is the
    /// connecting one; without a user and claims no token is shown.
    pub fn new(role: Option<&str>, user: Option<&str>, claims: Option<&toml::Table>) -> Self {
        let mut token = serde_json::Map::new();
        if let Some(Ok(serde_json::Value::Object(claims))) = claims.map(serde_json::to_value) {
            token.extend(claims);
        }
        if let Some(user) = user {
            token.insert("sub".to_owned(), user.into());
        }
        if let (Some(role), false) = (role, token.is_empty()) {
            token.entry("role").or_insert_with(|| role.into());
        }
        let claims = (!token.is_empty()).then(|| serde_json::Value::Object(token).to_string());
        Self { role: role.map(str::to_owned), claims }
    }

    /// What a session runs to become the caller until its transaction ends; `None` where it is the connecting role.
    pub fn for_transaction(&self) -> Option<String> {
        self.statements("set local role", true)
    }

    /// What a session runs to become the caller from now on.
    pub fn for_session(&self) -> Option<String> {
        self.statements("set role", false)
    }

    fn statements(&self, set_role: &str, local: bool) -> Option<String> {
        let claims = self.claims.as_ref().map(|claims| {
            format!(
                "select pg_catalog.set_config({}, {}, {local})",
                quote_literal(CLAIMS_SETTING),
                quote_literal(claims)
            )
        });
        let role = self.role.as_ref().map(|role| format!("{set_role} {}", quote_identifier(role)));
        let statements: Vec<String> = claims.into_iter().chain(role).collect();
        (!statements.is_empty()).then(|| statements.join("; "))
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.role, &self.claims) {
            (Some(role), Some(claims)) => write!(f, "`{role}` with the claims {claims}"),
            (Some(role), None) => write!(f, "`{role}`"),
            (None, _) => f.write_str("the connecting role"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_in_the_claims_beside_the_role() {
        let claims = toml::from_str("aal = 'aal2'").unwrap();
        let caller = Caller::new(Some("authenticated"), Some("u-1"), Some(&claims));
        assert_eq!(
            caller.for_transaction().unwrap(),
            r#"select pg_catalog.set_config('request.jwt.claims', '{"aal":"aal2","role":"authenticated","sub":"u-1"}', true); set local role "authenticated""#
        );
    }

    #[test]
    fn without_a_user_no_token_is_shown_and_without_a_role_nothing_is_set() {
        assert_eq!(Caller::new(Some("anon"), None, None).for_session().unwrap(), "set role \"anon\"");
        assert_eq!(Caller::default().for_transaction(), None);
    }
}
