%% OTP's diameter as a strict SMS centre: a request that breaks the ABNF of sgd.dia is refused and told.
%%
%% In: OFR on 127.0.0.1. Out: OFA 2001; a line "peer up", "peer down", "OK Origin-Host" or "BAD faults" for each event.
%% usage: erl -noshell -pa FOLDER -run centre main PORT
-module(centre).
-export([main/1]).
-export([peer_up/3, peer_down/3, pick_peer/4, prepare_request/3, prepare_retransmit/3, handle_answer/4, handle_error/4, handle_request/3]).
-include_lib("diameter/include/diameter.hrl").

main([Port]) ->
    ok = diameter:start(),
    ok = diameter:start_service(?MODULE, [
        {'Origin-Host', "smsc2.epc.example"}, {'Origin-Realm', "epc.example"}, {'Host-IP-Address', [{127, 0, 0, 1}]},
        {'Vendor-Id', 10415}, {'Product-Name', "OTP"}, {'Supported-Vendor-Id', [10415]},
        {'Vendor-Specific-Application-Id', [[{'Vendor-Id', 10415}, {'Auth-Application-Id', [16777313]}]]},
        {decode_format, map}, {string_decode, false},
        {application, [{alias, sgd}, {dictionary, sgd}, {module, ?MODULE}, {request_errors, callback}]}]),
    Listen = [{reuseaddr, true}, {ip, {127, 0, 0, 1}}, {port, list_to_integer(Port)}],
    {ok, _} = diameter:add_transport(?MODULE, {listen, [
        {transport_module, diameter_tcp}, {transport_config, Listen}, {watchdog_timer, 6000}]}),
    io:format("READY~n"),
    receive stop -> ok end.

peer_up(_, _, State) -> io:format("peer up~n"), State.
peer_down(_, _, State) -> io:format("peer down~n"), State.

%% It asks nobody anything.
pick_peer(_, _, _, _) -> false.
prepare_request(_, _, _) -> {discard, silent}.
prepare_retransmit(_, _, _) -> {discard, silent}.
handle_answer(_, _, _, _) -> ok.
handle_error(_, _, _, _) -> ok.

handle_request(#diameter_packet{msg = ['OFR' | Asked], errors = []}, _, {_, Caps}) ->
    #diameter_caps{origin_host = {Host, _}, origin_realm = {Realm, _}} = Caps,
    #{'Session-Id' := Session, 'Origin-Host' := From} = Asked,
    io:format("OK ~s~n", [From]),
    {reply, ['OFA' | #{'Session-Id' => Session, 'Result-Code' => [2001], 'Auth-Session-State' => 1,
                       'Origin-Host' => Host, 'Origin-Realm' => Realm}]};
handle_request(#diameter_packet{errors = Faults}, _, _) ->
    io:format("BAD ~0p~n", [Faults]),
    {answer_message, 5012}.
