//! What the pod security standard asks of pods and containers, where nobody said otherwise (SE-10).

use k8s_openapi::api::core::v1::{
    Capabilities, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext,
};

use crate::cluster::SecurityProfile;

/// Fills in the fields of the standard. A value of the manifest or the resource wins.
pub(crate) fn apply(profile: SecurityProfile, pod: &mut PodSpec) {
    match profile {
        SecurityProfile::Restricted => {}
        SecurityProfile::Baseline | SecurityProfile::App => return,
    }
    fill_pod(pod.security_context.get_or_insert_default());
    let inits = pod.init_containers.iter_mut().flatten();
    for container in pod.containers.iter_mut().chain(inits) {
        fill_container(container.security_context.get_or_insert_default());
    }
}

fn fill_pod(context: &mut PodSecurityContext) {
    // Who asks for root by name means it; the kubelet would refuse to start both together.
    if context.run_as_user != Some(0) {
        context.run_as_non_root.get_or_insert(true);
    }
    context
        .seccomp_profile
        .get_or_insert_with(|| SeccompProfile {
            localhost_profile: None,
            type_: "RuntimeDefault".to_owned(),
        });
}

fn fill_container(context: &mut SecurityContext) {
    // The API refuses a privileged container that must not escalate.
    if context.privileged != Some(true) {
        context.allow_privilege_escalation.get_or_insert(false);
    }
    context
        .capabilities
        .get_or_insert_with(Capabilities::default)
        .drop
        .get_or_insert_with(|| vec!["ALL".to_owned()]);
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Container;

    use super::*;

    fn pod() -> PodSpec {
        PodSpec {
            containers: vec![Container::default()],
            ..PodSpec::default()
        }
    }

    /// SE-10.
    #[test]
    fn the_restricted_profile_fills_in_what_is_unset_and_the_others_add_nothing() {
        let mut restricted = pod();
        apply(SecurityProfile::Restricted, &mut restricted);
        let context = restricted.security_context.unwrap();
        assert_eq!(context.run_as_non_root, Some(true));
        assert_eq!(context.seccomp_profile.unwrap().type_, "RuntimeDefault");
        let container = restricted.containers[0].security_context.clone().unwrap();
        assert_eq!(container.allow_privilege_escalation, Some(false));
        assert_eq!(container.capabilities.unwrap().drop.unwrap(), ["ALL"]);

        for profile in [SecurityProfile::Baseline, SecurityProfile::App] {
            let mut untouched = pod();
            apply(profile, &mut untouched);
            assert_eq!(untouched, pod());
        }
    }

    #[test]
    fn a_value_that_is_set_wins_over_the_profile() {
        let mut root = pod();
        root.security_context = Some(PodSecurityContext {
            run_as_user: Some(0),
            ..PodSecurityContext::default()
        });
        root.containers[0].security_context = Some(SecurityContext {
            privileged: Some(true),
            ..SecurityContext::default()
        });
        apply(SecurityProfile::Restricted, &mut root);
        assert_eq!(root.security_context.unwrap().run_as_non_root, None);
        let container = root.containers[0].security_context.clone().unwrap();
        assert_eq!(container.allow_privilege_escalation, None);
    }
}
