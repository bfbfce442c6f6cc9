//! Encoders of configuration files: a value cannot break out of its place (SE-11, SE-12).
