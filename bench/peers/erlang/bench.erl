%% The command line, the runs and their RESULT lines, of which none is printed before its checksum
%% has been verified.
-module(bench).
-export([main/0, timed/2, timed/3, latencies/2, resident_bytes/0, footprint/3]).

-type result() :: {Figures :: iodata(), Checksum :: integer() | string()}
                | {Figures :: iodata(), Checksum :: integer() | string(), More :: iodata()}.
-export_type([result/0]).

workloads() ->
    [{"ping-pong", fun messages:ping_pong/1},
     {"thread-ring", fun messages:thread_ring/1},
     {"counting", fun messages:counting/1},
     {"fan-in", fun messages:fan_in/1},
     {"fan-in-thread", fun messages:fan_in_thread/1},
     {"fork-join", fun messages:fork_join/1},
     {"fork-join-thread", fun messages:fork_join_thread/1},
     {"chameneos", fun coordination:chameneos/1},
     {"big", fun coordination:big/1},
     {"bounded-buffer", fun coordination:bounded_buffer/1},
     {"philosophers", fun coordination:philosophers/1},
     {"logistic-map", fun deferral:logistic_map/1},
     {"banking", fun deferral:banking/1},
     {"radix-sort", fun pipelines:radix_sort/1},
     {"chat", fun pipelines:chat/1},
     {"fork-join-create", fun creation:fork_join_create/1},
     {"fibonacci", fun creation:fibonacci/1},
     {"skynet", fun creation:skynet/1},
     {"spawn-waves", fun creation:spawn_waves/1},
     {"spawn-together", fun creation:spawn_together/1},
     {"idle", fun creation:idle/1},
     {"restart", fun creation:restart/1},
     {"apsp", fun computation:apsp/1},
     {"nqueens", fun computation:nqueens/1},
     {"call", fun calls:call/1},
     {"call-timeout", fun calls:call_timeout/1},
     {"wake-thread", fun calls:wake_thread/1},
     {"wake-pause", fun calls:wake_pause/1},
     {"wake-actor", fun calls:wake_actor/1},
     {"open-loop", fun calls:open_loop/1}].

main() ->
    case init:get_plain_arguments() of
        ["--list"] ->
            [io:format("~s~n", [Name]) || {Name, _} <- workloads()];
        ["--version"] ->
            io:format("Erlang/OTP ~s, erts ~s, ~s; erlc +inline~n",
                      [erlang:system_info(otp_release), erlang:system_info(version),
                       erlang:system_info(emu_flavor)]);
        [Name | Options] ->
            case lists:keyfind(Name, 1, workloads()) of
                {Name, Workload} -> run(Name, Workload, options(Options, #{"--runs" => 1}));
                false -> stop(2, ["unknown workload '", Name, "' (--list shows all)"])
            end;
        [] ->
            stop(2, "usage: WORKLOAD --workers W --size N [--runs R] | --list | --version")
    end,
    halt(0).

options([], Options) ->
    [maps:is_key(Name, Options) orelse stop(2, [Name, " is missing"])
     || Name <- ["--workers", "--size"]],
    Options;
options([Name | Rest], Options)
  when Name =:= "--workers"; Name =:= "--size"; Name =:= "--runs" ->
    case Rest of
        [] -> stop(2, [Name, ": no number after it"]);
        [Text | More] -> options(More, Options#{Name => number(Name, Text)})
    end;
options([Name | _], _) ->
    stop(2, ["unknown option '", Name, "' (there are --workers, --size, --runs)"]).

number(Name, Text) ->
    case string:to_integer(Text) of
        {Number, []} when is_integer(Number), Number > 0 -> Number;
        _ -> stop(2, [Name, ": no sensible number '", Text, "'"])
    end.

run(Name, Workload, #{"--size" := Size, "--runs" := Runs}) ->
    specification:fits(Name, Size) orelse stop(2, [Name, ": no size for this workload"]),
    verified(Name, Workload, specification:warm_up(Name, Size)),
    [print(Name, Size, verified(Name, Workload, Size)) || _ <- lists:seq(1, Runs)].

print(Name, Size, {Figures, Checksum, More}) ->
    io:format("RESULT workload=~s units=~b ~s checksum=~s~s~n",
              [Name, specification:units(Name, Size), Figures, Checksum, More]).

%% Each run has a main process of its own; what is linked to it ends with it.
verified(Name, Workload, Size) ->
    {_, Ref} = spawn_monitor(fun() -> exit({result, Workload(Size)}) end),
    receive
        {'DOWN', Ref, process, _, {result, Result}} -> verify(Name, Size, Result);
        {'DOWN', Ref, process, _, Reason} -> stop(1, io_lib:format("~s: ~p", [Name, Reason]))
    end.

verify(Name, Size, {Figures, Checksum}) ->
    verify(Name, Size, {Figures, Checksum, ""});
verify(Name, Size, {Figures, Checksum, More}) when is_integer(Checksum) ->
    verify(Name, Size, {Figures, integer_to_list(Checksum), More});
verify(Name, Size, {_, Checksum, _} = Result) ->
    case specification:checksum(Name, Size) of
        Checksum -> Result;
        Right -> stop(1, [Name, ": checksum ", Checksum, ", not ", Right])
    end.

-spec stop(1 | 2, iodata()) -> no_return().
stop(Status, Why) ->
    io:put_chars(standard_error, [Why, $\n]),
    halt(Status).

%% -- what runs measure ----------------------------------------------------------------------------

-spec timed(Began :: integer(), integer() | string()) -> result().
timed(Began, Checksum) -> timed(Began, work:clock(), Checksum).

-spec timed(Began :: integer(), Ended :: integer(), integer() | string()) -> result().
timed(Began, Ended, Checksum) -> {io_lib:format("ns=~b", [Ended - Began]), Checksum}.

-spec latencies([non_neg_integer()], integer()) -> result().
latencies(Nanoseconds, Checksum) ->
    Sorted = list_to_tuple(lists:sort(Nanoseconds)),
    At = fun(Thousandths) -> element(tuple_size(Sorted) * Thousandths div 1000 + 1, Sorted) end,
    {io_lib:format("p50=~b p99=~b p999=~b", [At(500), At(990), At(999)]), Checksum}.

-spec resident_bytes() -> non_neg_integer().
resident_bytes() ->
    {ok, Statistics} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = binary:split(Statistics, <<" ">>, [global]),
    binary_to_integer(Pages) * 4096.

-spec footprint(integer(), pos_integer(), integer()) -> result().
footprint(Before, Actors, Checksum) ->
    {io_lib:format("bytes=~.1f", [(resident_bytes() - Before) / Actors]), Checksum}.
