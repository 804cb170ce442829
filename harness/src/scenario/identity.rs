//! Callers by whom row security is put to the test, and what each may see.

use serde::Deserialize;

use super::{Caller, Mistake, Scenario};
use crate::sql::quote_literal;

/// Callers of one role: a sample of its users, or the role alone.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The role they take.
    pub role: String,
    /// A query of the baseline for the users to sample, one a row; the role alone where it is left out.
    pub users: Option<String>,
    /// What their token says beside the user.
    pub claims: Option<toml::Table>,
    /// Whose rows they may see.
    #[serde(default)]
    pub sees: Scope,
}

/// Whose rows a caller may see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The caller's own; none where the caller is no user.
    #[default]
    Own,
    /// Everybody's.
    All,
}

/// Rows that belong to users, and that nobody else may see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Isolation {
    /// What they are seen through: the relation or function, as reports name it.
    pub through: String,
    /// A query of the migrated database; `{user}` stands for the caller's user, `{users}` for all sampled users.
    pub sql: String,
    /// The column of its result that names whose row it is.
    pub owner: String,
    /// A query of the baseline by which the same caller saw the same rows.
    pub same_as: Option<String>,
}

/// One caller, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The role.
    pub role: String,
    /// The user, where the caller is one.
    pub user: Option<String>,
    /// Whose rows the caller may see.
    pub sees: Scope,
    /// What a session does to become the caller.
    pub caller: Caller,
}

impl Identity {
    /// The caller who is `user`, or the role alone.
    pub fn sampled(&self, user: Option<String>) -> Sampled {
        let caller = Caller::new(Some(&self.role), user.as_deref(), self.claims.as_ref());
        Sampled { role: self.role.clone(), user, sees: self.sees, caller }
    }
}

impl Sampled {
    /// As a finding's key names the caller: `role=authenticated, user=…`.
    pub fn key(&self) -> String {
        match &self.user {
            Some(user) => format!("role={}, user={user}", self.role),
            None => format!("role={}", self.role),
        }
    }
}

impl Isolation {
    /// The query as `caller` asks it, where `users` were sampled.
    pub fn asked_by(&self, caller: &Sampled, users: &[String]) -> String {
        filled(&self.sql, caller, users)
    }

    /// The query of the baseline as `caller` asks it.
    pub fn same_as_by(&self, caller: &Sampled, users: &[String]) -> Option<String> {
        self.same_as.as_ref().map(|sql| filled(sql, caller, users))
    }
}

fn filled(sql: &str, caller: &Sampled, users: &[String]) -> String {
    let user = caller.user.as_deref().map_or_else(|| "null".to_owned(), quote_literal);
    let users = users.iter().map(|user| quote_literal(user)).collect::<Vec<_>>().join(", ");
    sql.trim().trim_end_matches(';').replace("{users}", &users).replace("{user}", &user)
}

/// What is wrong with a scenario's isolations.
pub(super) fn check(scenario: &Scenario) -> Vec<Mistake> {
    let sampled = scenario.identities.iter().any(|identity| identity.users.is_some());
    let lonely = scenario.isolations.iter().filter(|_| !sampled);
    lonely
        .map(|isolation| {
            Mistake::new(format!("nobody is there by whom the isolation of `{}` could be seen", isolation.through))
                .hint("add `[[identity]]` with a `role` and a query for `users`")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn isolation() -> Isolation {
        toml::from_str("through='f'\nsql='select * from f({user}), g({users});'\nowner='user_id'").unwrap()
    }

    #[test]
    fn the_caller_and_the_sampled_users_are_put_in_quoted() {
        let identity: Identity = toml::from_str("role='authenticated'").unwrap();
        let users = ["a'b".to_owned(), "c".to_owned()];
        let caller = identity.sampled(Some("c".to_owned()));
        assert_eq!(isolation().asked_by(&caller, &users), "select * from f('c'), g('a''b', 'c')");
        assert_eq!(isolation().asked_by(&identity.sampled(None), &users), "select * from f(null), g('a''b', 'c')");
        assert_eq!(caller.key(), "role=authenticated, user=c");
    }

    #[test]
    fn an_isolation_without_users_to_sample_is_a_mistake() {
        let head = "name='s'\nbaseline={files=[]}\npath=[]\n[[isolation]]\nthrough='f'\nsql='select 1'\nowner='o'\n";
        let with = |rest: &str| check(&toml::from_str(&format!("{head}{rest}")).unwrap()).len();
        assert_eq!(with(""), 1);
        assert_eq!(with("[[identity]]\nrole='anon'\n"), 1);
        assert_eq!(with("[[identity]]\nrole='anon'\nusers='select 1'\n"), 0);
    }
}
