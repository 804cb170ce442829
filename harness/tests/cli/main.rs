//! The command as people meet it: what it prints, how it ends, and that nothing is left behind.

mod arguments;
mod commands;
mod dry_run;
mod environment;
mod external;
mod green;
mod guide;
mod hostile;
mod interrupted;
mod mistakes;
mod refused;
mod scale;
mod schemas;
mod seen;
mod variables;
mod watched;
mod workshop;
