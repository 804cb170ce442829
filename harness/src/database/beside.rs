//! What `CREATE DATABASE … TEMPLATE` leaves behind: settings and privileges of the database itself.

use sqlx::PgConnection;

use super::error::DatabaseError;
use super::mark::execute;
use super::name::DatabaseName;
use crate::sql::quote_identifier;

/// What is said of a database, as a statement in two halves around its quoted name, and a row of the answer each.
const SAID: &str = "select 'alter ' || case when s.setrole = 0 then 'database '
                       else 'role ' || quote_ident(r.rolname) || ' in database ' end,
           ' set ' || quote_ident(split_part(c.line, '=', 1)) || ' = '
           || case when v.is_list then substr(c.line, strpos(c.line, '=') + 1)
                   else quote_literal(substr(c.line, strpos(c.line, '=') + 1)) end
    from pg_catalog.pg_database d
    join pg_catalog.pg_db_role_setting s on s.setdatabase = d.oid
    left join pg_catalog.pg_roles r on r.oid = s.setrole
    cross join lateral unnest(s.setconfig) as c(line)
    cross join lateral (select lower(split_part(c.line, '=', 1)) = any(array[
       'search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries']) as is_list) v
    where d.datname = $1
    union all
    select case when a.revoke then 'revoke ' else 'grant ' end || a.privilege || ' on database ',
           case when a.revoke then ' from ' else ' to ' end
           || coalesce(quote_ident(r.rolname), 'public') || case when a.grantable then ' with grant option' else '' end
    from pg_catalog.pg_database d
    cross join lateral (
       select 1 as rank, true as revoke, 'all' as privilege, 0::oid as grantee, false as grantable
       where d.datacl is not null
       union all
       select 2, false, x.privilege_type, x.grantee, x.is_grantable from pg_catalog.aclexplode(d.datacl) x
       where x.grantee <> d.datdba) a
    left join pg_catalog.pg_roles r on r.oid = a.grantee
    where d.datname = $1
    order by 1 desc";

/// What is said of a database beside its content: `ALTER DATABASE … SET`, `ALTER ROLE … IN DATABASE … SET`,
/// `GRANT … ON DATABASE`. To be said of a copy, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// Statements in two halves around the quoted name.
    statements: Vec<(String, String)>,
}

impl Beside {
    /// What is said of this database now; nothing where there is none of the name.
    pub(super) async fn read(session: &mut PgConnection, name: &DatabaseName) -> Result<Self, DatabaseError> {
        let said = sqlx::query_as(SAID).bind(name.as_str()).fetch_all(session).await;
        let statements = said.map_err(DatabaseError::statement("read the settings of", name.as_str()))?;
        Ok(Self { statements })
    }

    /// Says it of another one.
    pub(super) async fn write(&self, session: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
        for (before, after) in &self.statements {
            let statement = format!("{before}{}{after}", quote_identifier(name.as_str()));
            execute(session, statement).await.map_err(DatabaseError::statement("set up", name.as_str()))?;
        }
        Ok(())
    }
}
