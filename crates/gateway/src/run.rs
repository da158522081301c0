//! The commands that concern one gateway: run it, check its configuration, ask it.

use std::path::Path;

use gateway::boot::Gateway;
use gateway::config::{self, Config};
use gateway::orders::{self, Order, Orders};
use gateway::status::{self, Source};
use gateway::{admin, alarms};

/// Runs until a signal says enough, then goes out of service in order.
pub fn run(config: Option<&Path>, log_json: bool) -> anyhow::Result<()> {
    log(log_json);
    let config = read(config)?;
    report_host(config.shard_count());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = admin::listen(config.admin.listen).await?;
        let gateway = Gateway::start(&config)?;
        report(&gateway);
        let source = Source::of(&gateway);
        tracing::info!(admin = %config.admin.listen, "ready for operators");
        tokio::spawn(alarms::watch(source.clone(), source.alarms().clone()));
        let is_asked = tokio::select! {
            served = admin::serve(listener, source, Orders::of(&gateway)) => served.map(|()| true)?,
            signal = signal() => {
                tracing::info!(signal = signal?, "going out of service");
                true
            }
            () = gone(&gateway) => {
                tracing::error!("a shard has stopped by itself, and its chats with it; going out of service");
                false
            }
        };
        let mut ticks = tokio::time::interval(STOP_INTERVAL);
        while !gateway.is_finished() {
            // Again and again: a shard whose inbox was full has not heard it.
            gateway.stop();
            ticks.tick().await;
        }
        gateway.wait()?;
        anyhow::ensure!(is_asked, "a shard stopped without being told to; please report it");
        tracing::info!("out of service");
        Ok(())
    })
}

/// Says what is wrong with a configuration, or what it makes.
pub fn check(file: &Path) -> anyhow::Result<()> {
    let config = config::read(file)?;
    println!(
        "{}: good; {} shard(s) here, {} Diameter peer(s)",
        file.display(),
        config.shard_count(),
        config.diameter.peer.len()
    );
    Ok(())
}

/// Prints the status of a running gateway.
pub fn status(config: Option<&Path>) -> anyhow::Result<()> {
    let admin = read(config)?.admin.listen;
    let status = status::ask(admin).map_err(|error| nobody(admin, &error))?;
    println!("{status}");
    Ok(())
}

/// Orders a running gateway to end chats.
pub fn end_chats(config: Option<&Path>, order: &Order) -> anyhow::Result<()> {
    order.ending().map_err(|wrong| anyhow::anyhow!("{wrong}"))?;
    let admin = read(config)?.admin.listen;
    let answer = orders::ask(admin, order).map_err(|error| nobody(admin, &error))?;
    answer.map_err(|said| anyhow::anyhow!("the gateway says: {said}"))?;
    println!("told; `chats_cut_short` of `ipsmgw status` counts the chats that it has ended");
    Ok(())
}

fn nobody(admin: std::net::SocketAddr, error: &std::io::Error) -> anyhow::Error {
    anyhow::anyhow!("no gateway answers on {admin} ({error}); is it running, and is admin.listen the same?")
}

fn read(file: Option<&Path>) -> anyhow::Result<Config> {
    Ok(match file {
        Some(file) => config::read(file)?,
        None => config::parse("the embedded default", config::DEFAULT)?,
    })
}

/// Says what of this host is not as a dataplane would like it; changes nothing.
fn report_host(shards: u16) {
    let findings = tuning::check(&tuning::Host::this(), &tuning::Wanted::for_shards(shards.into()));
    for finding in findings.iter().filter(|finding| !finding.is_ok()) {
        tracing::warn!(value = %finding.value, wanted = %finding.wanted, "host: {}; see `ipsmgw-tuning check`", finding.name);
    }
}

fn report(gateway: &Gateway) {
    let addresses = gateway.addresses();
    tracing::info!(
        io = gateway.io().name(),
        reason = gateway.io().reason,
        shards = addresses.msrp.len(),
        "shards are up"
    );
    tracing::info!(sip = %addresses.sip, own_sip = ?addresses.own_sip, msrp = ?addresses.msrp, "ready for chat users");
}

/// Ends when a shard has ended by itself: its SMS users are served by nobody, so whoever started us must start us anew.
async fn gone(gateway: &Gateway) {
    let mut ticks = tokio::time::interval(std::time::Duration::from_secs(1));
    while !gateway.any_finished() {
        ticks.tick().await;
    }
}

async fn signal() -> std::io::Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}

const STOP_INTERVAL: std::time::Duration = std::time::Duration::from_millis(50);

fn log(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("IPSMGW_LOG").unwrap_or_else(|_| "info".into());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    match json {
        true => subscriber.json().init(),
        false => subscriber.init(),
    }
}
