//! A site's life: events, states, replay, store, evidence, bundles.
