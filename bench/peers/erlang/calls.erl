%% Calls, and how long messages take to wake a process.
-module(calls).
-export([call/3, reply/2]).
-export([call/1, call_timeout/1, wake_thread/1, wake_pause/1, wake_actor/1, open_loop/1]).

%% A call as gen_server makes it, without what gen_server adds: a monitor whose reference is an
%% alias for the answer, which ends both.
call(Server, Request, Timeout) ->
    Ref = erlang:monitor(process, Server, [{alias, reply_demonitor}]),
    Server ! {call, Ref, Request},
    receive
        {Ref, Answer} -> Answer;
        {'DOWN', Ref, process, _, Reason} -> exit(Reason)
    after Timeout ->
        erlang:demonitor(Ref, [flush]),
        exit(timeout)
    end.

reply(Ref, Answer) -> Ref ! {Ref, Answer}.

call(Calls) -> calls(Calls, infinity).

call_timeout(Calls) -> calls(Calls, 5000).

calls(Calls, Timeout) ->
    Main = self(),
    Server = spawn_link(fun() -> server(1) end),
    Client = spawn_link(fun() -> client(Main, Server, Calls, Timeout) end),
    Began = work:clock(),
    Client ! start,
    Sum = stage:reports(1),
    bench:timed(Began, Sum).

server(Number) ->
    receive
        {call, From, next} ->
            reply(From, Number),
            server(Number + 1)
    end.

client(Main, Server, Calls, Timeout) ->
    receive start -> Main ! {report, sum_of_answers(Server, Calls, Timeout, 0)} end.

sum_of_answers(_, 0, _, Sum) ->
    Sum;
sum_of_answers(Server, Left, Timeout, Sum) ->
    sum_of_answers(Server, Left - 1, Timeout, Sum + call(Server, next, Timeout)).

wake_thread(Calls) -> wake(Calls, fun() -> ok end).

%% No process can sleep for less than a millisecond.
wake_pause(Calls) -> wake(Calls, fun() -> timer:sleep(1) end).

wake(Calls, Pause) ->
    Server = spawn_link(fun() -> server(1) end),
    {Times, Sum} = lists:mapfoldl(
        fun(_, Sum) ->
            Pause(),
            Began = work:clock(),
            Answer = call(Server, next, infinity),
            {work:clock() - Began, Sum + Answer}
        end, 0, lists:seq(1, Calls)),
    bench:latencies(Times, Sum).

wake_actor(Messages) ->
    Main = self(),
    Idle = spawn_link(fun() -> recorder(Main, 0, []) end),
    Busy = spawn_link(fun() -> busy(Idle, Messages) end),
    Busy ! next,
    receive {times, Times} -> bench:latencies(Times, length(Times)) end.

busy(Idle, 0) ->
    Idle ! report;
busy(Idle, Left) ->
    receive
        next ->
            Idle ! work:clock(),
            work:compute_for(20_000),
            self() ! next,
            busy(Idle, Left - 1)
    end.

%% Records how long ago each message was due, after it has computed for so long.
recorder(Main, Compute, Times) ->
    receive
        report ->
            Main ! {times, Times};
        Due ->
            Compute > 0 andalso work:compute_for(Compute),
            recorder(Main, Compute, [work:clock() - Due | Times])
    end.

open_loop(Messages) ->
    Main = self(),
    Receivers = list_to_tuple([spawn_link(fun() -> recorder(Main, 1000, []) end)
                               || _ <- lists:seq(1, 8)]),
    send_by_the_clock(work:clock(), 0, Messages, Receivers),
    [Receiver ! report || Receiver <- tuple_to_list(Receivers)],
    Times = lists:append([receive {times, Times} -> Times end || _ <- lists:seq(1, 8)]),
    bench:latencies(Times, length(Times)).

%% One message each 10 microseconds. No process can sleep for so short a time: this one yields.
send_by_the_clock(_, Messages, Messages, _) ->
    ok;
send_by_the_clock(Due, Sent, Messages, Receivers) ->
    case work:clock() < Due of
        true ->
            erlang:yield(),
            send_by_the_clock(Due, Sent, Messages, Receivers);
        false ->
            element(1 + Sent rem 8, Receivers) ! Due,
            send_by_the_clock(Due + 10_000, Sent + 1, Messages, Receivers)
    end.
