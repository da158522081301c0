%% OTP's diameter as a judge of whole messages against the ABNF of RFC 6733 and TS 29.338 (sgd.dia, s6c.dia).
%%
%% Refuses: to guess. A message that its dictionary does not know is a fault.
%% In: lines of hexadecimal octets on standard input, one message each. Out: a line "OK name" or "BAD name faults" for each.
%% usage: erl -noshell -pa FOLDER -run judge main
-module(judge).
-export([main/0]).
-include_lib("diameter/include/diameter.hrl").

main() ->
    ok = io:setopts([binary]),
    each(io:get_line("")),
    halt(0).

each(eof) -> ok;
each(Line) ->
    verdict(binary:decode_hex(string:trim(Line))),
    each(io:get_line("")).

verdict(<<1, Length:24, _:32, Application:32, _/binary>> = Message) when byte_size(Message) =:= Length ->
    Dictionary = dictionary(Application),
    Options = #{decode_format => list, string_decode => false, strict_mbit => true, rfc => 6733},
    #diameter_packet{msg = Read, errors = Faults} = diameter_codec:decode(Dictionary, Options, Message),
    Name = case Read of [Known | _] -> Known; _ -> unknown end,
    case Faults of
        [] when Name =/= unknown -> io:format("OK ~s~n", [Name]);
        _ -> io:format("BAD ~s ~0p~n", [Name, [fault(Fault) || Fault <- Faults]])
    end;
verdict(_) ->
    io:format("BAD unknown length~n").

%% The code, and the AVP; not its data, which may be a number or a text of a person.
fault({Code, #diameter_avp{code = Avp, name = Name}}) -> {Code, Avp, Name};
fault(Code) -> Code.

dictionary(0) -> diameter_gen_base_rfc6733;
dictionary(16777312) -> s6c;
dictionary(16777313) -> sgd;
dictionary(_) -> diameter_gen_base_rfc6733.
