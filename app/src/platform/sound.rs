//! A short low sound: what was scanned was not taken. A scanner's own sound only says that it read something.

use leptos::prelude::set_timeout;
use std::cell::RefCell;
use std::time::Duration;
use web_sys::{AudioContext, OscillatorType};

thread_local! {
    /// Made with the first sound; a browser allows a few only.
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Low enough to be no scanner's.
const HERTZ: f32 = 220.0;
const LOUD: f32 = 0.2;
const LASTS: Duration = Duration::from_millis(180);

/// Sounds once. Nothing comes of it where the browser has no sound, or keeps it until something is pressed.
pub fn refuse() {
    let sound = || {
        let context = CONTEXT.with_borrow_mut(|kept| {
            if kept.is_none() {
                *kept = AudioContext::new().ok();
            }
            kept.clone()
        })?;
        // It sleeps where it was made before anything was pressed.
        let _ = context.resume();
        let (tone, loudness) = (context.create_oscillator().ok()?, context.create_gain().ok()?);
        tone.set_type(OscillatorType::Square);
        tone.frequency().set_value(HERTZ);
        loudness.gain().set_value(LOUD);
        tone.connect_with_audio_node(&loudness).ok()?;
        loudness.connect_with_audio_node(&context.destination()).ok()?;
        tone.start().ok()?;
        set_timeout(move || drop(tone.stop()), LASTS);
        Some(())
    };
    sound();
}
