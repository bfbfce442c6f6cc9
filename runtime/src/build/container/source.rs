//! What a container takes variables from.

use k8s_openapi::api::core::v1::{ConfigMapEnvSource, EnvFromSource};

use super::super::config_map::{ConfigMap, ConfigMapRef};

/// What [`Container::env_from`](super::Container::env_from) takes: a config map of the children, a reference, or any source.
pub trait VariableSource {
    #[doc(hidden)]
    fn source(self) -> (Option<EnvFromSource>, Option<ConfigMapRef>);
}

impl VariableSource for EnvFromSource {
    fn source(self) -> (Option<EnvFromSource>, Option<ConfigMapRef>) {
        (Some(self), None)
    }
}

impl VariableSource for ConfigMapRef {
    fn source(self) -> (Option<EnvFromSource>, Option<ConfigMapRef>) {
        let source = EnvFromSource {
            config_map_ref: Some(ConfigMapEnvSource {
                name: self.name.clone(),
                optional: None,
            }),
            ..EnvFromSource::default()
        };
        (Some(source), Some(self))
    }
}

impl VariableSource for &ConfigMap {
    fn source(self) -> (Option<EnvFromSource>, Option<ConfigMapRef>) {
        self.reference().source()
    }
}

impl<T: VariableSource> VariableSource for Option<T> {
    fn source(self) -> (Option<EnvFromSource>, Option<ConfigMapRef>) {
        self.map_or((None, None), VariableSource::source)
    }
}
