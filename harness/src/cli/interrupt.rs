//! Being asked to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the user, or whoever runs us, asks us to stop.
pub(crate) async fn interrupted() {
    let mut asked = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect::<Vec<_>>();
    let any = asked.iter_mut().map(|signal| Box::pin(signal.recv()));
    futures_util::future::select_all(any).await;
}
