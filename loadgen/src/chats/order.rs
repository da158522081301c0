//! The command line of `chats`, and what is refused before a packet leaves.

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;

use anyhow::{Result, bail, ensure};
use clap::Args;
use tempo::Duration;

use super::words;

/// Whole chats, both sides of each: chat users behind an S-CSCF, and the SMS side with its HSS.
///
/// The gateway must know the SMS side of this run: `--print-config` prints a configuration that fits.
#[derive(Clone, Debug, Args)]
pub struct ChatsOrder {
    /// SIP address of the gateway, UDP
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5060")]
    pub gateway: SocketAddr,
    /// Where the gateway tells its status; its gauges must be back at zero in the end
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9300")]
    pub admin: SocketAddr,
    /// Our own address, for SIP, MSRP and Diameter
    #[arg(long, default_value = "127.0.0.1")]
    pub address: IpAddr,
    /// Our SIP port, UDP
    #[arg(long, default_value_t = 5080)]
    pub sip_port: u16,
    /// Our first Diameter port: SMS-IWMSC here, SMS-GMSC on the next, HSS on the one after
    #[arg(long, default_value_t = 3868)]
    pub diameter_port_first: u16,
    /// Domain of SIP and Diameter identities
    #[arg(long, default_value = "ims.example")]
    pub domain: String,
    /// How many chats in all
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=i64::from(words::CHATS_MAX)))]
    pub chats: u32,
    /// Chats that begin in a second, at most
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rate: u32,
    /// Chats at the same time, at most
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=4000))]
    pub concurrency: u32,
    /// Texts of each side of a chat, at most
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub texts: u8,
    /// Shares of the chats that are accepted, rejected, not answered, taken back
    #[arg(long, value_name = "A,B,C,D", default_value = "70,10,10,10")]
    pub mix: Mix,
    /// Seed of the run, hexadecimal [default: by chance]
    #[arg(long, value_parser = hexadecimal)]
    pub seed: Option<u64>,
    /// Seconds that an invitation may ring and a chat may stand still
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u32).range(10..=3600))]
    pub patience_s: u32,
    /// Print the summary as JSON on standard output, and the lines before it on standard error
    #[arg(long)]
    pub json: bool,
    /// Print a configuration for the gateway that fits, and do nothing else
    #[arg(long)]
    pub print_config: bool,
    /// Name the first so many chats that are not as they should be
    #[arg(long, default_value_t = 10)]
    pub name: usize,
    /// Act on a host other than this one: only where you may put load on it, and pay for its short messages
    #[arg(long)]
    pub allow_remote: bool,
}

/// Shares of the four kinds of chats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix(pub [u32; 4]);

impl FromStr for Mix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Mix, &'static str> {
        const WANTED: &str = "four shares such as 70,10,10,10, not all of them 0 and none above 1000";
        let shares: Vec<u32> = text.split(',').map(str::trim).map_while(|share| share.parse().ok()).collect();
        let shares = <[u32; 4]>::try_from(shares).map_err(|_| WANTED)?;
        let is_good = shares.iter().sum::<u32>() > 0 && shares.iter().all(|share| *share <= 1000);
        if is_good && text.split(',').count() == 4 { Ok(Mix(shares)) } else { Err(WANTED) }
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [accepted, rejected, unanswered, cancelled] = self.0;
        write!(f, "{accepted},{rejected},{unanswered},{cancelled}")
    }
}

impl ChatsOrder {
    /// What clap cannot judge.
    pub fn check(&self) -> Result<()> {
        for address in [self.gateway, self.admin, SocketAddr::new(self.address, 0)] {
            if !self.allow_remote && !address.ip().to_canonical().is_loopback() {
                bail!(
                    "{} is not on this host: load on somebody else's gateway is an attack, and each chat may cost short \
                     messages. If it is yours, or you have leave, say --allow-remote",
                    address.ip()
                );
            }
        }
        ensure!(!self.address.is_unspecified(), "--address {} is no address that others reach", self.address);
        ensure!(self.gateway.port() != 0, "port 0 of the gateway is no port");
        ensure!(
            self.address.is_ipv4() == self.gateway.is_ipv4(),
            "--address and --gateway are of different IP families"
        );
        ensure!(self.sip_port != 0, "--sip-port 0 is no port that the gateway can be told");
        ensure!(
            self.diameter_port_first != 0 && self.diameter_port_first <= u16::MAX - 2,
            "--diameter-port-first {} leaves no room for three ports",
            self.diameter_port_first
        );
        let is_host = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-');
        ensure!(
            !self.domain.is_empty() && self.domain.bytes().all(is_host),
            "--domain {:?} is no domain",
            self.domain
        );
        Ok(())
    }

    /// May a packet go there?
    pub fn allows(&self, address: SocketAddr) -> bool {
        self.allow_remote || address.ip().to_canonical().is_loopback()
    }

    /// How long an invitation may ring, and a chat may stand still.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_s.into())
    }

    /// How long a run may take, whatever anybody does.
    pub fn longest(&self) -> Duration {
        Duration::from_secs(u64::from(self.chats / self.rate)) * 4 + 4 * self.patience()
    }

    /// Where our SIP comes from.
    pub fn sip(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.sip_port)
    }

    /// SMS-IWMSC, SMS-GMSC and HSS: their hosts and where they listen.
    pub fn nodes(&self) -> [(String, SocketAddr); 3] {
        let mut port = self.diameter_port_first;
        ["smsc", "gmsc", "hss"].map(|name| {
            let node = (format!("{name}.{}", self.domain), SocketAddr::new(self.address, port));
            port = port.wrapping_add(1);
            node
        })
    }

    /// A configuration for the gateway that this run is for.
    pub fn configuration(&self) -> String {
        let (domain, gateway) = (&self.domain, self.gateway);
        let mut peers = String::new();
        for ((host, at), serves) in self.nodes().iter().zip(["sms_iwmsc", "sms_gmsc", "hss"]) {
            peers += &format!(
                "[[diameter.peer]]\nhost = \"{host}\"\nrealm = \"{domain}\"\naddress = \"{at}\"\nserves = [\"{serves}\"]\n"
            );
        }
        format!(
            "# For `ipsmgw run --config`: what a run of `ipsmgw-loadgen chats` plays the other sides of.\n\
             [sip]\naddress = \"{}\"\nport = {}\n[msrp]\naddress = \"{}\"\n\
             [diameter]\norigin_host = \"ipsmgw-{{shard}}.{domain}\"\norigin_realm = \"{domain}\"\n{peers}\
             [sms]\ncorrelation_life_s = 30\n\
             [chat]\nanswer_timer_s = 10\nper_sms_user_max = 1000\n\
             [rates]\ninvitations_per_hour = 0\nmessages_per_minute = 0\n[admin]\nlisten = \"{}\"\n",
            gateway.ip(),
            gateway.port(),
            gateway.ip(),
            self.admin,
        )
    }
}

#[cfg(test)]
impl Default for ChatsOrder {
    fn default() -> Self {
        use clap::Parser;
        #[derive(Parser)]
        struct Line {
            #[command(flatten)]
            order: ChatsOrder,
        }
        Line::try_parse_from(["chats"]).map(|line| line.order).expect("every argument has a default")
    }
}

fn hexadecimal(text: &str) -> Result<u64, &'static str> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16)
        .map_err(|_| "not a number of up to 16 hexadecimal digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_host_needs_leave() {
        let remote =
            ChatsOrder { gateway: "192.0.2.1:5060".parse().expect("an address"), ..ChatsOrder::default() };
        let refusal = remote.check().expect_err("not this host").to_string();
        assert!(refusal.contains("--allow-remote"), "{refusal}");
        assert!(ChatsOrder { allow_remote: true, ..remote }.check().is_ok());
        assert!(ChatsOrder::default().check().is_ok());
    }

    #[test]
    fn a_mix_has_four_shares() {
        assert_eq!("70, 10,10,0".parse(), Ok(Mix([70, 10, 10, 0])));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "0,0,0,0", "1,2,x,4", "-1,1,1,1", "1,1,1,1001"] {
            assert!(wrong.parse::<Mix>().is_err(), "{wrong:?}");
        }
    }
}
