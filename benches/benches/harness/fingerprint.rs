//! The content of a table in one number.

use std::time::Instant;

use pgproof::facts::NumericMode;
use pgproof::observe::{self, RowSource};
use pgproof::sql::RelationName;
use pgproof_benches::{Failure, Target};
use sqlx::Executor as _;

use crate::bench::Bench;

/// A type-safe aggregate as one would write it by hand, over the columns of the sales.
const BY_HAND: &str = "select count(*), sum(hashint4extended(1, hash_record_extended(row( \
        cashier_code::text collate \"C\", cashier_name::text collate \"C\", timestamptz_send(created_at), \
        customer_age_bracket::text collate \"C\", customer_gender::text collate \"C\", discount::text collate \"C\", \
        geography_id, int8send(id), is_loyalty_member, notes collate \"C\", organization_id, \
        payment_method::text collate \"C\", peso_value::text collate \"C\", quantity, till_number::int, \
        transaction_code::text collate \"C\", timestamptz_send(transaction_date), unit_price::text collate \"C\"), 1)))::text \
     from public.transactions";

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let work = "fingerprint";
    if !bench.wants(work) {
        return Ok(());
    }
    let (pair, runtime) = (bench.pair()?, bench.runtime());
    let pinned = || {
        runtime.block_on(async {
            let mut connection = pair.baseline().connect().await?;
            observe::pin(&mut connection).await?;
            Ok::<_, Failure>(connection)
        })
    };
    let (mut one, mut other) = (pinned()?, pinned()?);
    let source = RowSource::relation(RelationName::new("public", "transactions"));
    let mut reference = || {
        runtime.block_on(async {
            let started = Instant::now();
            one.fetch_one(BY_HAND).await?;
            Ok(started.elapsed())
        })
    };
    let mut ours = || {
        runtime.block_on(async {
            let started = Instant::now();
            observe::fingerprint(&mut other, &source, NumericMode::Strict).await?;
            Ok(started.elapsed())
        })
    };
    bench.compare(work, "the bare aggregate", Target::TimeAtMost(1.1), 20, &mut reference, &mut ours)
}
