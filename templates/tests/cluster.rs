//! The sample on a real API server, with the operator under its own ServiceAccount.

use std::time::Duration;

use dsoi_runtime::kube::{Api, ResourceExt};
use dsoi_runtime::testing::{ControlPlane, process::Launch, wait};
use dsoi_runtime::tokio;

use «krate»::api::«kind»;

const OPERATOR: &str =«binary»;
const NAMESPACE: &str = "«namespace»";
const SERVICE_ACCOUNT: &str = "«name»";
const SAMPLE: &str =«sample»;
const MANIFESTS: &[&str] = &[
    include_str!("../config/crd/«plural».yaml"),
{% for resource in resources %}
    include_str!("../config/crd/«resource.plural».yaml"),
{% endfor %}
    include_str!("../config/manager/namespace.yaml"),
    include_str!("../config/rbac/service_account.yaml"),
    include_str!("../config/rbac/role.yaml"),
    include_str!("../config/rbac/role_binding.yaml"),
    include_str!("../config/rbac/leader_election.yaml"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_becomes_ready() -> Result<(), Box<dyn std::error::Error>> {
    let plane = ControlPlane::shared().await?;
    for manifest in MANIFESTS {
        plane.apply_yaml(manifest).await?;
    }
    let token = plane
        .service_account_token(NAMESPACE, SERVICE_ACCOUNT)
        .await?;
    let operator = Launch::new(OPERATOR)
        .arg("run")
        .arg("--leader-elect")
        .env("HEALTH_ADDRESS", "127.0.0.1:0")
        .env("METRICS_ADDRESS", "127.0.0.1:0")
        .env("POD_NAMESPACE", NAMESPACE)
        .env("WATCH_NAMESPACE", "")
        .start(&plane.kubeconfig(&token)?)?;

    let namespace = plane.namespace("sample", &[]).await?;
    let sample = namespace.apply_yaml(SAMPLE).await?;
    let clusters: Api<«kind»> = namespace.api()?;
    let name = sample
        .first()
        .map(ResourceExt::name_any)
        .unwrap_or_default();
    let ready = wait::until(Duration::from_secs(90), "the sample is ready", async || {
        let status = clusters.get_status(&name).await.ok()?.status?;
        let ready = status.condition("Ready")?.status == "True";
        ready.then_some(())
    });
    if let Err(error) = ready.await {
        let status = clusters.get_status(&name).await?.status;
        return Err(format!("{error}\n{status:#?}\n{}", operator.log()).into());
    }

    operator.terminate(Duration::from_secs(30)).await?;
    Ok(())
}
