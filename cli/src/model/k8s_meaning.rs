//! What the fields of a k8s config group mean: one text for the reference, the definition and `dsoi explain`.

use super::K8sField;

impl K8sField {
    /// What the field is, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Image => "The image of the main container.",
            Self::ImagePullPolicy => "When the image is pulled.",
            Self::ImagePullSecrets => "Secrets that pull the image.",
            Self::Command => "The program, instead of the operator's.",
            Self::Args => "The arguments, instead of the operator's.",
            Self::Env => "Environment variables, beside the operator's.",
            Self::EnvFrom => "Sources of environment variables, instead of the operator's.",
            Self::Ports => "Ports of the main container, instead of the operator's.",
            Self::Resources => "What the main container is given of CPU and memory.",
            Self::LivenessProbe => "When the kubelet restarts the main container.",
            Self::ReadinessProbe => "When the pod is sent requests.",
            Self::StartupProbe => "When the other probes begin.",
            Self::Lifecycle => "What is done when the main container starts and stops.",
            Self::SecurityContext => "The security context of the main container.",
            Self::PodSecurityContext => "The security context of the pod.",
            Self::ServiceAccountName => "Who the pods are to the API server.",
            Self::NodeSelector => "Labels of the machines that may run the pods.",
            Self::Affinity => "Which machines and neighbours the pods seek or avoid.",
            Self::Tolerations => "Taints that the pods tolerate.",
            Self::TopologySpreadConstraints => "How the pods spread over zones and machines.",
            Self::PriorityClassName => "How important the pods are.",
            Self::TerminationGracePeriodSeconds => "How long a pod may take to stop.",
            Self::AdditionalContainers => {
                "Containers beside the main one, as in Kubernetes; `check` knows their fields, and the API server checks the rest when the workload is written."
            }
            Self::InitContainers => {
                "Containers that run before the main one, after the operator's, as in Kubernetes; `check` knows their fields, and the API server checks the rest when the workload is written."
            }
            Self::Volumes => "Volumes of the pod, beside the operator's.",
            Self::VolumeMount => "Mounts of the main container, beside the operator's.",
            Self::StorageConfig => {
                "Storage that outlives the pods: a name, a mountPath, and the spec of a claim for each entry."
            }
            Self::ClaimRetention => {
                "What becomes of the storage, `Retain` or `Delete`: `whenDeleted` with the node or the resource, `whenScaled` with a pod that is scaled away."
            }
            Self::PodMetadata => "Labels and annotations of the pods.",
            Self::Service => {
                "The Service of the node; without it there is none but a headless one."
            }
            Self::NetworkPolicy => {
                "Who may talk to the pods; the operator sets whose pods it is about."
            }
            Self::Services => {
                "More Services of the node, each with a name that ends its own, annotations and a spec."
            }
            Self::PodDisruptionBudget => {
                "How many pods may be away at once; the operator sets whose pods it is about."
            }
            Self::HorizontalPodAutoscaler => {
                "When the node gets more or fewer pods; its replicas are then left alone, but for 0. The operator sets what is scaled. Where files or arguments list the pods of the node, they list as many as its `replicas`."
            }
            Self::Ingress => {
                "How requests from outside reach the node. A backend names a Service as Kubernetes knows it."
            }
            Self::IngressAnnotations => "Annotations of the ingress, which its controller reads.",
            Self::UpdateStrategy => {
                "How the workload replaces its pods, instead of the operator's way."
            }
            Self::PodManagementPolicy => {
                "Whether a StatefulSet's pods start one after another; fixed once it exists."
            }
            Self::DnsPolicy => "Where the pods look names up.",
            Self::DnsConfig => "Servers, search domains and options of the pods' lookups.",
            Self::WorkloadAnnotations => "Annotations of the StatefulSet or Deployment itself.",
        }
    }
}
