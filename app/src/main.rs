//! Starts the app.

fn main() {
    app::start();
}
