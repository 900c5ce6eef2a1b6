//! The shop: its name, currency, settings and devices. Fields of settings are decided by the hybrid logical clock,
//! each for itself.

pub mod list;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::figure::Usage;
use crate::record::{Fields, Record};
use crate::weight::WeightUnit;
use crate::{Currency, Event, Meta};

/// Events of the shop.
#[derive(Clone, Debug, PartialEq)]
pub enum ShopEvent {
    /// `shop.started`.
    Started(ShopStarted),
    /// `shop.setting_changed`.
    SettingChanged(SettingChanged),
    /// `shop.device_joined`: a device introduces itself under its code.
    DeviceJoined(DeviceJoined),
}

/// Body of `shop.started`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopStarted {
    /// The shop's name.
    pub name: String,
    /// Its currency, for ever.
    pub currency: Currency,
    /// Its time zone (IANA).
    pub time_zone: String,
}

/// Body of `shop.setting_changed`: those named change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingChanged {
    /// The shop's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The time zone (IANA).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The payment term in hours; 0: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_term_hours: Option<u32>,
    /// Whether shipping asks that every payment is verified first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify_before_shipping: Option<bool>,
    /// What is weighed is priced, weighed and counted in this unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<WeightUnit>,
}

/// Body of `shop.device_joined`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceJoined {
    /// The device's two-character code.
    pub code: String,
}

/// The field of the shop's record that names a device.
pub fn device_name_field(device: Uuid) -> String {
    format!("device/{device}/name")
}

/// A value that the later writer decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Latest<T> {
    value: T,
    at: (i64, u32, Uuid),
}

impl<T> Latest<T> {
    fn set(&mut self, value: T, meta: &Meta) {
        let at = (meta.hlc.0, meta.hlc.1, meta.id);
        if at > self.at {
            *self = Self { value, at };
        }
    }
}

/// The settings that decisions ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopSettings {
    /// The currency.
    pub currency: Currency,
    /// The payment term in hours; 0: none.
    pub payment_term_hours: u32,
    /// Whether shipping asks that every payment is verified first.
    pub verify_before_shipping: bool,
    /// What is weighed is priced, weighed and counted in this unit; `None`: nobody said, it is kilograms.
    pub weight: Option<WeightUnit>,
}

impl ShopSettings {
    /// How it writes figures.
    pub fn usage(&self) -> Usage {
        Usage { currency: self.currency, weight: self.weight.unwrap_or_default() }
    }
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self { currency: Currency::Cny, payment_term_hours: 48, verify_before_shipping: true, weight: None }
    }
}

/// The shop as its events tell it.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    name: Latest<String>,
    time_zone: Latest<String>,
    payment_term_hours: Latest<Option<u32>>,
    verify_before_shipping: Latest<Option<bool>>,
    weight: Latest<Option<WeightUnit>>,
    currency: Option<Currency>,
    /// Device id → its code, in the order in which they joined.
    devices: BTreeMap<Uuid, Latest<String>>,
    /// Its lists and whatever else it decides field by field: channels, categories, methods, carriers, price levels.
    record: Record,
}

impl Shop {
    /// Takes in one event; never fails.
    pub fn apply(&mut self, meta: &Meta, event: &Event) {
        let Event::Shop(event) = event else { return self.record.apply(meta, event) };
        match event {
            ShopEvent::Started(started) => {
                self.name.set(started.name.clone(), meta);
                self.time_zone.set(started.time_zone.clone(), meta);
                self.currency.get_or_insert(started.currency);
            }
            ShopEvent::SettingChanged(changed) => {
                if let Some(name) = &changed.name {
                    self.name.set(name.clone(), meta);
                }
                if let Some(zone) = &changed.time_zone {
                    self.time_zone.set(zone.clone(), meta);
                }
                if changed.payment_term_hours.is_some() {
                    self.payment_term_hours.set(changed.payment_term_hours, meta);
                }
                if changed.weight.is_some() {
                    self.weight.set(changed.weight, meta);
                }
                if changed.verify_before_shipping.is_some() {
                    self.verify_before_shipping.set(changed.verify_before_shipping, meta);
                }
            }
            ShopEvent::DeviceJoined(joined) => {
                self.devices.entry(meta.device).or_default().set(joined.code.clone(), meta);
            }
        }
    }

    /// Its own fields, with their conflicts.
    pub fn record(&self) -> &Record {
        &self.record
    }
    /// Its own fields as they stand: its lists among them.
    pub fn fields(&self) -> Fields {
        Fields::of(Uuid::nil(), &self.record)
    }
    /// Whether the shop has begun.
    pub fn is_started(&self) -> bool {
        self.currency.is_some()
    }
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name.value
    }
    /// Its time zone (IANA); empty until known.
    pub fn time_zone(&self) -> &str {
        &self.time_zone.value
    }
    /// The code of a device.
    pub fn device_code(&self, device: Uuid) -> Option<&str> {
        self.devices.get(&device).map(|code| code.value.as_str())
    }
    /// Every device that has introduced itself, with its code.
    pub fn devices(&self) -> impl Iterator<Item = (Uuid, &str)> {
        self.devices.iter().map(|(id, code)| (*id, code.value.as_str()))
    }
    /// The settings in force.
    pub fn settings(&self) -> ShopSettings {
        let usual = ShopSettings::default();
        ShopSettings {
            currency: self.currency.unwrap_or(usual.currency),
            payment_term_hours: self.payment_term_hours.value.unwrap_or(usual.payment_term_hours),
            verify_before_shipping: self.verify_before_shipping.value.unwrap_or(usual.verify_before_shipping),
            weight: self.weight.value,
        }
    }
}
