//! `pgproof explain`.

use super::console::Console;
use super::exit::Exit;
use crate::judge::Code;
use crate::load::no_such;

pub(crate) fn explain(code: Option<&str>, console: &Console) -> Exit {
    let Some(wanted) = code else {
        let all: Vec<String> = Code::ALL.iter().map(|code| format!("{code}  {}\n", code.title())).collect();
        console.data(&all.concat());
        return Exit::Proven;
    };
    if let Ok(code) = wanted.parse::<Code>() {
        console.data(code.page());
        return Exit::Proven;
    }
    let mistake = no_such("finding code", wanted, Code::ALL.iter().map(|code| code.name()));
    console.error(&mistake.message, mistake.hint.as_deref());
    Exit::Usage
}
