//! What operators ask over HTTP. It lives on the control thread and reads what shards have put up; no shard waits for it.

use std::net::SocketAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};

use crate::boot::StartError;
use crate::status::{Source, Status};

/// Opens the port; what comes in is answered by [`serve`].
pub async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener, StartError> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| {
        StartError::new(
            format!("cannot listen on TCP {address}: {error}"),
            "choose another admin.listen, or end the process that has it (see `ss -lpn`)",
        )
    })
}

/// Answers until the process ends.
pub async fn serve(listener: tokio::net::TcpListener, source: Source) -> std::io::Result<()> {
    let router = Router::new().route("/status", get(status)).route("/health", get(health)).with_state(source);
    axum::serve(listener, router).await
}

async fn status(State(source): State<Source>) -> Json<Status> {
    Json(source.read())
}

async fn health(State(source): State<Source>) -> (StatusCode, String) {
    match source.health() {
        Ok(()) => (StatusCode::OK, "ready\n".into()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}
