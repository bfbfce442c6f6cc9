//! The queue of a controller: who needs a pass, and the passes, a bounded number side by side and
//! never two of one resource.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::channel::mpsc::UnboundedReceiver;
use futures::future::BoxFuture;
use futures::stream::StreamExt;
use kube::Resource;
use kube::runtime::controller::{Action, Config, Error as QueueError, applier};
use kube::runtime::reflector::{ObjectRef, Store};

use crate::operator::Process;

/// How long the first passes wait for all kinds to be listed. Longer, and the kinds that are there
/// begin without the others.
const FIRST_LIST: Duration = Duration::from_secs(2);

/// Makes the passes of a controller.
pub(crate) trait Worker: Send + Sync + 'static {
    type Item: Resource<DynamicType = ()> + Clone + Send + Sync + 'static;

    fn pass<'a>(&'a self, resource: &'a Self::Item) -> BoxFuture<'a, Action>;

    /// The resource is no more.
    fn gone(&self, namespace: &str, name: &str);
}

/// Waits until everything was listed once, which drops all senders, or for long enough.
pub(crate) async fn first_lists(
    process: &Process,
    unlisted: &mut tokio::sync::mpsc::Receiver<Infallible>,
) {
    tokio::select! {
        _ = unlisted.recv() => {}
        () = tokio::time::sleep(FIRST_LIST) => {}
        () = process.stopping.wait() => {}
    }
}

/// Makes passes until the process stops and the last one is over.
pub(crate) async fn work<W: Worker>(
    process: &Process,
    worker: Arc<W>,
    store: Store<W::Item>,
    waiting: UnboundedReceiver<ObjectRef<W::Item>>,
) {
    let stop = process.stopping.clone();
    let queue = waiting
        .take_until(async move { stop.wait().await })
        .map(Ok::<_, Infallible>);
    applier(
        |resource: Arc<W::Item>, worker: Arc<W>| {
            Box::pin(async move { Ok::<Action, Infallible>(worker.pass(&resource).await) })
        },
        |_, never: &Infallible, _| match *never {},
        Arc::clone(&worker),
        store,
        queue,
        Config::default().concurrency(process.settings.concurrency),
    )
    .for_each(|result| async {
        match result {
            Ok(_) => {}
            Err(QueueError::ObjectNotFound(gone)) => {
                worker.gone(gone.namespace.as_deref().unwrap_or_default(), &gone.name);
            }
            Err(error) => tracing::error!(error = crate::error::chain(&error), "the queue failed"),
        }
    })
    .await;
}
