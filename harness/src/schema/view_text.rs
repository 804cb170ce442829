//! The text of a view as PostgreSQL 16 and later print it.
//!
//! Up to 15, a view's rule kept two more range-table entries (`old`, `new`), so that `pg_get_viewdef` qualified every
//! column. From 16 on, columns of the outermost query are bare when it reads from exactly one item. The rewrite below
//! removes those qualifiers from an older text; a text of 16 or later passes through unchanged.
//! (`get_query_def` and `get_variable` in PostgreSQL's `src/backend/utils/adt/ruleutils.c`.)

use super::token::{Token, TokenKind, tokens};

/// Rewrites a view's definition into the form of 16 and later.
///
/// Columns inside nested queries keep their qualifiers, as do whole rows (`t.*`), and a column in `ORDER BY` whose
/// bare name is that of another output column. A view that reads from several items, or from none, is left alone.
pub fn without_needless_qualifiers(definition: &str) -> String {
    let all = tokens(definition);
    let significant: Vec<usize> =
        all.iter().enumerate().filter(|(_, token)| token.kind != TokenKind::Space).map(|(place, _)| place).collect();
    let words: Vec<Token<'_>> = significant.iter().filter_map(|place| all.get(*place).copied()).collect();
    let Some(dropped) = needless_qualifiers(&words) else { return definition.to_owned() };
    let dropped: Vec<usize> = dropped.iter().filter_map(|place| significant.get(*place).copied()).collect();
    all.iter().enumerate().filter(|(place, _)| !dropped.contains(place)).map(|(_, token)| token.text).collect()
}

/// The places of the qualifiers, and of the dots behind them, that 16 would not print.
fn needless_qualifiers(words: &[Token<'_>]) -> Option<Vec<usize>> {
    let depths = query_depths(words);
    let is_outermost = |place: usize| depths.get(place).is_some_and(|depth| depth.query == 0);
    let clause = |keyword: &str| {
        words.iter().zip(&depths).position(|(word, depth)| depth.paren == 0 && word.is_keyword(keyword))
    };
    if ["UNION", "INTERSECT", "EXCEPT"].iter().any(|keyword| clause(keyword).is_some()) {
        return None;
    }
    let select = clause("SELECT")?;
    let from = (select..words.len()).find(|place| {
        let outside = depths.get(*place).is_some_and(|depth| depth.paren == 0);
        // `IS DISTINCT FROM` is no clause.
        outside && is_keyword(words, *place, "FROM") && !is_keyword(words, place.wrapping_sub(1), "DISTINCT")
    })?;
    let qualifier = single_from_item(words, &depths, from + 1)?;
    let outputs = renamed_outputs(words, &depths, select, from, qualifier);
    let order_by = (from..words.len())
        .find(|place| depths.get(*place).is_some_and(|depth| depth.paren == 0) && is_keyword(words, *place, "ORDER"));
    let mut dropped = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let follows = |ahead: usize, sign: &str| words.get(place + ahead).is_some_and(|next| next.is(sign));
        let is_needless = word.is_name()
            && word.text == qualifier
            && is_outermost(place)
            && follows(1, ".")
            && words.get(place + 2).is_some_and(Token::is_name)
            // `q.f(…)` is a function of a schema that has the same name, `q.x.y` a table of it.
            && !follows(3, "(")
            && !follows(3, ".")
            && !place.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| before.is("."))
            && !in_from_item(words, &depths, from, place);
        if !is_needless {
            continue;
        }
        let column = words.get(place + 2).map_or("", |token| token.text);
        let plain_sort_key = order_by.is_some_and(|start| {
            place > start
                && depths.get(place).is_some_and(|depth| depth.paren == 0)
                && (is_keyword(words, place - 1, "BY") || words.get(place - 1).is_some_and(|before| before.is(",")))
        });
        if !(plain_sort_key && outputs.contains(&column)) {
            dropped.extend([place, place + 1]);
        }
    }
    Some(dropped)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Depth {
    /// How many parentheses are open.
    paren: usize,
    /// How many of them hold a query.
    query: usize,
}

/// For each token, how deep it lies. The parentheses themselves lie outside of what they hold.
fn query_depths(words: &[Token<'_>]) -> Vec<Depth> {
    let mut depths = Vec::with_capacity(words.len());
    let mut open: Vec<bool> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if word.is(")") {
            open.pop();
        }
        depths.push(Depth { paren: open.len(), query: open.iter().filter(|query| **query).count() });
        if word.is("(") {
            open.push(holds_query(words, place + 1));
        }
    }
    depths
}

/// Whether the parenthesis that opened just before `start` holds a query: it begins with one, or has set operations
/// between parenthesised ones.
fn holds_query(words: &[Token<'_>], start: usize) -> bool {
    let mut depth = 0_usize;
    for (place, word) in words.iter().enumerate().skip(start) {
        if word.is("(") {
            depth += 1;
        } else if word.is(")") {
            if depth == 0 {
                return false;
            }
            depth -= 1;
        } else if depth == 0 {
            let starts = place == start && ["SELECT", "WITH", "VALUES"].iter().any(|keyword| word.is_keyword(keyword));
            if starts || ["UNION", "INTERSECT", "EXCEPT"].iter().any(|keyword| word.is_keyword(keyword)) {
                return true;
            }
        }
    }
    false
}

const CLAUSES: [&str; 9] = ["WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR"];

/// Where the `FROM` clause ends.
fn from_end(words: &[Token<'_>], depths: &[Depth], start: usize) -> usize {
    (start..words.len())
        .find(|place| {
            depths.get(*place).is_some_and(|depth| depth.paren == 0)
                && words
                    .get(*place)
                    .is_some_and(|word| word.is(";") || CLAUSES.iter().any(|keyword| word.is_keyword(keyword)))
        })
        .unwrap_or(words.len())
}

fn in_from_item(words: &[Token<'_>], depths: &[Depth], from: usize, place: usize) -> bool {
    place > from && place < from_end(words, depths, from + 1)
}

/// The name by which the only item of a `FROM` clause is called, or none when it has several.
fn single_from_item<'a>(words: &[Token<'a>], depths: &[Depth], start: usize) -> Option<&'a str> {
    let end = from_end(words, depths, start);
    let outside = |place: &usize| depths.get(*place).is_some_and(|depth| depth.paren == 0);
    let several = (start..end)
        .filter(outside)
        .any(|place| is_keyword(words, place, "JOIN") || words.get(place).is_some_and(|word| word.is(",")));
    // A join is printed in parentheses that hold no query.
    let joined = words.get(start)?.is("(") && !holds_query(words, start + 1);
    if several || joined {
        return None;
    }
    let end = (start..end).filter(outside).find(|place| is_keyword(words, *place, "TABLESAMPLE")).unwrap_or(end);
    (start..end)
        .filter(outside)
        .filter(|place| !["ONLY", "LATERAL", "ORDINALITY"].iter().any(|keyword| is_keyword(words, *place, keyword)))
        .filter_map(|place| words.get(place))
        .filter(|word| word.is_name())
        .map(|word| word.text)
        .next_back()
}

/// The output columns whose name is not simply that of the column of the item behind it.
fn renamed_outputs<'a>(
    words: &[Token<'a>],
    depths: &[Depth],
    select: usize,
    from: usize,
    qualifier: &str,
) -> Vec<&'a str> {
    let mut outputs = Vec::new();
    let mut start = select + 1;
    for place in select + 1..=from {
        let outside = depths.get(place).is_some_and(|depth| depth.paren == 0);
        let ends = place == from || words.get(place).is_some_and(|word| word.is(","));
        if !(outside && ends) {
            continue;
        }
        let item = words.get(start..place).unwrap_or_default();
        if let [expression @ .., before, name] = item
            && before.is_keyword("AS")
        {
            let same = matches!(expression, [table, dot, column]
                if table.text == qualifier && dot.is(".") && column.text == name.text);
            if !same {
                outputs.push(name.text);
            }
        }
        start = place + 1;
    }
    outputs
}

fn is_keyword(words: &[Token<'_>], place: usize, keyword: &str) -> bool {
    words.get(place).is_some_and(|word| word.is_keyword(keyword))
}

#[cfg(test)]
mod tests {
    use super::without_needless_qualifiers as rewritten;

    #[test]
    fn one_table_loses_its_qualifier_everywhere_in_the_outer_query() {
        assert_eq!(
            rewritten(
                " SELECT g.store_id,\n    upper(g.region) AS region\n   FROM legacy.geography g\n  WHERE (g.x > 1)\n  GROUP BY g.x;"
            ),
            " SELECT store_id,\n    upper(region) AS region\n   FROM legacy.geography g\n  WHERE (x > 1)\n  GROUP BY x;"
        );
        assert_eq!(rewritten("SELECT \"A b\".\"c\" FROM public.\"A b\";"), "SELECT \"c\" FROM public.\"A b\";");
    }

    #[test]
    fn a_join_a_list_and_a_union_keep_theirs() {
        for text in [
            "SELECT a.x FROM (public.a JOIN public.b ON ((a.x = b.x)));",
            "SELECT a.x FROM public.a, public.b;",
            "SELECT a.x FROM public.a UNION SELECT a.y FROM public.a;",
            "SELECT 1 AS one;",
        ] {
            assert_eq!(rewritten(text), text);
        }
    }

    #[test]
    fn a_nested_query_keeps_its_qualifiers() {
        assert_eq!(
            rewritten(
                "SELECT a.x, ( SELECT max(b.y) FROM b WHERE (b.x = a.x)) AS m FROM a WHERE (EXISTS ( SELECT a_1.x FROM a a_1 WHERE (a.x = 1)));"
            ),
            "SELECT x, ( SELECT max(b.y) FROM b WHERE (b.x = a.x)) AS m FROM a WHERE (EXISTS ( SELECT a_1.x FROM a a_1 WHERE (a.x = 1)));"
        );
        assert_eq!(
            rewritten("WITH a AS ( SELECT a.x FROM public.a) SELECT a.x FROM a;"),
            "WITH a AS ( SELECT a.x FROM public.a) SELECT x FROM a;"
        );
        assert_eq!(rewritten("SELECT s.x FROM ( SELECT a.x FROM a) s;"), "SELECT x FROM ( SELECT a.x FROM a) s;");
        assert_eq!(
            rewritten("SELECT a.x FROM a WHERE (a.x IN (( SELECT a.x FROM a LIMIT 1) UNION SELECT a.y FROM a));"),
            "SELECT x FROM a WHERE (x IN (( SELECT a.x FROM a LIMIT 1) UNION SELECT a.y FROM a));"
        );
    }

    #[test]
    fn an_expression_around_a_nested_query_is_not_nested() {
        assert_eq!(
            rewritten("SELECT (( SELECT max(b.y) FROM b) + a.x) AS s FROM a;"),
            "SELECT (( SELECT max(b.y) FROM b) + x) AS s FROM a;"
        );
    }

    #[test]
    fn a_string_a_whole_row_and_a_schema_of_the_same_name_are_left() {
        assert_eq!(
            rewritten("SELECT 'a.x'::text AS t, a.*::text AS w, a.f(a.x) AS f, (a.p).q AS q FROM a.a;"),
            "SELECT 'a.x'::text AS t, a.*::text AS w, a.f(x) AS f, (p).q AS q FROM a.a;"
        );
    }

    #[test]
    fn functions_and_samples_in_from_are_called_by_their_alias() {
        assert_eq!(
            rewritten("SELECT g.n FROM generate_series(1, 3) WITH ORDINALITY g(n, i);"),
            "SELECT n FROM generate_series(1, 3) WITH ORDINALITY g(n, i);"
        );
        assert_eq!(
            rewritten("SELECT a.x FROM ONLY public.a TABLESAMPLE system (10);"),
            "SELECT x FROM ONLY public.a TABLESAMPLE system (10);"
        );
    }

    #[test]
    fn a_sort_key_that_would_mean_another_output_keeps_its_qualifier() {
        assert_eq!(
            rewritten("SELECT (- a.x) AS x, a.y AS z, a.y FROM a ORDER BY a.x, a.y DESC, (a.x + 1);"),
            "SELECT (- x) AS x, y AS z, y FROM a ORDER BY a.x, y DESC, (x + 1);"
        );
    }

    #[test]
    fn distinct_from_is_no_clause() {
        assert_eq!(
            rewritten("SELECT a.x IS DISTINCT FROM a.y AS d FROM a;"),
            "SELECT x IS DISTINCT FROM y AS d FROM a;"
        );
    }
}
