#!/usr/bin/env bash
# Whole chats over a bad network: the gateway in one network namespace, `ipsmgw-loadgen chats` in another, and between them a veth
# pair with nftables at either end, or a wire of our own.
#
#   run.sh IPSMGW LOADGEN [arguments of chats]
#
# From the environment, all with defaults:
#   IO              uring, poll or auto: how the gateway does its I/O
#   LOSS            packets of a thousand that are dropped, UDP and TCP, either way
#   RESET_MSRP      MSRP packets of a hundred thousand that are answered with a TCP reset instead, either way
#   RESET_DIAMETER  the same of Diameter packets
#   WIRE            instead of all these: what wire.py is to do to packets, such as "delay=20 jitter=10 reorder=5 duplicate=2"
#   SCRATCH         where logs and the configuration are left
#
# The status of the gateway is asked for on a port that nftables does nothing to. Needs root, iproute2, nftables, python3.
# Ends with the exit status of the generator, behind one line of JSON about what the network and the gateway did.
set -euo pipefail
ipsmgw=$(realpath "$1"); loadgen=$(realpath "$2"); shift 2
scratch=${SCRATCH:-$(mktemp -d)}
suffix=$$-$RANDOM
ours=ipsmgw-$suffix; theirs=chats-$suffix
gateway=
wire=
admin=9300
here=$(cd "$(dirname "$0")" && pwd)

# What one end does to what comes in: a dropped packet is lost on the way, a rejected one resets the connection at its sender.
faults() {
    local loss=${LOSS:-20} msrp=${RESET_MSRP:-200} diameter=${RESET_DIAMETER:-5}
    ip netns exec "$1" nft -f - <<RULES
table inet faults {
    counter lost_udp {}
    counter lost_tcp {}
    counter reset_msrp {}
    counter reset_diameter {}
    chain incoming {
        type filter hook input priority 0;
        iifname "lo" accept
        tcp dport $admin accept
        tcp sport $admin accept
        meta l4proto udp numgen random mod 1000 < $loss counter name lost_udp drop
        meta l4proto tcp numgen random mod 1000 < $loss counter name lost_tcp drop
        tcp dport 2855-2899 numgen random mod 100000 < $msrp counter name reset_msrp reject with tcp reset
        tcp sport 2855-2899 numgen random mod 100000 < $msrp counter name reset_msrp reject with tcp reset
        tcp dport 3868-3870 numgen random mod 100000 < $diameter counter name reset_diameter reject with tcp reset
        tcp sport 3868-3870 numgen random mod 100000 < $diameter counter name reset_diameter reject with tcp reset
    }
}
RULES
}

# The sum of one counter over both ends.
counted() {
    local sum=0 end packets
    for end in "$ours" "$theirs"; do
        packets=$(ip netns exec "$end" nft list counter inet faults "$1" 2>/dev/null | sed -n 's/.*packets \([0-9]*\).*/\1/p')
        sum=$((sum + ${packets:-0}))
    done
    echo "$sum"
}

finish() {
    local status=$?
    trap - EXIT
    if [ -n "$gateway" ] && kill -TERM "$gateway" 2>/dev/null; then
        wait "$gateway" || true
    fi
    if [ -n "$wire" ] && kill -TERM "$wire" 2>/dev/null; then
        wait "$wire" || true
    fi
    ip netns del "$ours" 2>/dev/null || true
    ip netns del "$theirs" 2>/dev/null || true
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

ip netns add "$ours"
ip netns add "$theirs"
if [ -n "${WIRE:-}" ]; then
    first=wa$$; second=wb$$
    # shellcheck disable=SC2086 # words of a command line
    python3 "$here/wire.py" "$first" "$second" $WIRE > "$scratch/wire.log" 2>&1 &
    wire=$!
    for _ in $(seq 100); do
        if grep -q ready "$scratch/wire.log"; then break; fi
        if ! kill -0 "$wire" 2>/dev/null; then cat "$scratch/wire.log" >&2; exit 1; fi
        sleep 0.1
    done
    ip link set "$first" netns "$ours" name veth0
    ip link set "$second" netns "$theirs" name veth0
else
    ip link add veth0 netns "$ours" type veth peer name veth0 netns "$theirs"
fi
# TEST-NET-2 (RFC 5737): what leaks out of here goes nowhere.
ip -n "$ours" addr add 198.51.100.1/24 dev veth0
ip -n "$theirs" addr add 198.51.100.2/24 dev veth0
for end in "$ours" "$theirs"; do
    ip -n "$end" link set lo up
    ip -n "$end" link set veth0 up
done

order=(--allow-remote --gateway 198.51.100.1:5060 --admin "198.51.100.1:$admin" --address 198.51.100.2)
{
    printf '[gateway]\nio = "%s"\n' "${IO:-auto}"
    "$loadgen" chats "${order[@]}" --print-config
} > "$scratch/ipsmgw.toml"
ip netns exec "$ours" "$ipsmgw" run --config "$scratch/ipsmgw.toml" > "$scratch/ipsmgw.log" 2>&1 &
gateway=$!
for _ in $(seq 100); do
    if ip netns exec "$ours" "$ipsmgw" status --config "$scratch/ipsmgw.toml" > "$scratch/status.json" 2>/dev/null; then break; fi
    if ! kill -0 "$gateway" 2>/dev/null; then cat "$scratch/ipsmgw.log" >&2; exit 1; fi
    sleep 0.1
done

if [ -z "$wire" ]; then
    faults "$ours"
    faults "$theirs"
fi

outcome=0
ip netns exec "$theirs" "$loadgen" chats "${order[@]}" "$@" || outcome=$?
# Fields 14 and 15 of its stat, in ticks: a name with spaces would shift them, and ours has none.
read -r -a stat < "/proc/$gateway/stat"
printf '{"lost_udp": %s, "lost_tcp": %s, "reset_msrp": %s, "reset_diameter": %s, "gateway_user_ms": %s, "gateway_system_ms": %s}\n' \
    "$(counted lost_udp)" "$(counted lost_tcp)" "$(counted reset_msrp)" "$(counted reset_diameter)" \
    "$((stat[13] * 1000 / $(getconf CLK_TCK)))" "$((stat[14] * 1000 / $(getconf CLK_TCK)))" | tee "$scratch/network.json" >&2
if [ -n "$wire" ]; then
    kill -TERM "$wire"
    wait "$wire" || true
    wire=
    tail -1 "$scratch/wire.log" >&2
fi
if ! kill -0 "$gateway" 2>/dev/null; then echo "the gateway has ended" >&2; outcome=1; fi
exit "$outcome"
