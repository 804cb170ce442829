//! What needs what, as the server records it.

use super::families::{Family, Yield};

/// The rows of `pg_depend` between what users made, and from that to extensions. The default of a column is told as one
/// of the column (`sub_default`), the rule of a view as the view. What is inside of an extension is left out.
pub(super) fn dependencies() -> Family {
    Family::other(
        "the dependencies",
        Yield::Dependencies,
        "select
    case d.classid when 2604 then 1259 when 2618 then case when w.rulename = '_RETURN' then 1259 else 2618 end
        else d.classid end as class,
    case d.classid when 2604 then f.adrelid when 2618 then case when w.rulename = '_RETURN' then w.ev_class
        else d.objid end else d.objid end as oid,
    case d.classid when 2604 then f.adnum else d.objsubid end as sub,
    case when d.classid = 2604 then 'yes' end as sub_default,
    d.refclassid as on_class, d.refobjid as on_oid, d.refobjsubid as on_sub, d.deptype::text as type
from pg_catalog.pg_depend d
left join pg_catalog.pg_attrdef f on d.classid = 2604 and f.oid = d.objid
left join pg_catalog.pg_rewrite w on d.classid = 2618 and w.oid = d.objid
where d.refobjid >= 16384 and d.objid >= 16384
  and (d.deptype = 'e' or not exists (
    select from pg_catalog.pg_depend m where m.classid = d.classid and m.objid = d.objid and m.deptype = 'e'))"
            .to_owned(),
    )
}
