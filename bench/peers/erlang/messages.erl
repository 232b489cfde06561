%% Messages that go one way, or to and fro.
-module(messages).
-export([ping_pong/1, thread_ring/1, counting/1, fan_in/1, fan_in_thread/1, fork_join/1,
         fork_join_thread/1]).

-define(COMPUTERS, 60).

ping_pong(Messages) ->
    Main = self(),
    Ping = spawn_link(fun() -> player(Main, 0) end),
    Pong = spawn_link(fun() -> player(Main, 0) end),
    Ping ! {partner, Pong},
    Pong ! {partner, Ping},
    Began = work:clock(),
    Ping ! Messages,
    receive done -> ok end,
    Ended = work:clock(),
    Ping ! report,
    Pong ! report,
    bench:timed(Began, Ended, stage:reports(2)).

player(Main, Handled) ->
    receive {partner, Partner} -> player(Main, Partner, Handled) end.

player(Main, Partner, Handled) ->
    receive
        1 ->
            Main ! done,
            player(Main, Partner, Handled + 1);
        Left when is_integer(Left) ->
            Partner ! Left - 1,
            player(Main, Partner, Handled + 1);
        report ->
            Main ! {report, Handled}
    end.

thread_ring(Hops) ->
    Main = self(),
    [First | _] = Ring = [spawn_link(fun() -> link_of_ring(Main, I) end) || I <- lists:seq(0, 99)],
    [Link ! {next, Next} || {Link, Next} <- lists:zip(Ring, tl(Ring) ++ [First])],
    Began = work:clock(),
    First ! Hops,
    receive {ended_by, Index} -> bench:timed(Began, Index) end.

link_of_ring(Main, Index) ->
    receive {next, Next} -> link_of_ring(Main, Index, Next) end.

link_of_ring(Main, Index, Next) ->
    receive
        0 ->
            Main ! {ended_by, Index};
        Hops ->
            Next ! Hops - 1,
            link_of_ring(Main, Index, Next)
    end.

counting(Messages) ->
    Main = self(),
    Counter = stage:spawn_flooded(fun() -> counter(0) end),
    Producer = spawn_link(fun() -> incrementer(Main, Counter, Messages) end),
    Began = work:clock(),
    Producer ! produce,
    receive {value, Value} -> bench:timed(Began, Value) end.

incrementer(Main, Counter, Messages) ->
    receive produce -> ok end,
    send_times(Messages, Counter, increment),
    Main ! {value, calls:call(Counter, value, infinity)}.

counter(Value) ->
    receive
        increment ->
            counter(Value + 1);
        {call, From, value} ->
            calls:reply(From, Value),
            counter(Value)
    end.

fan_in(Messages) ->
    Main = self(),
    Adder = stage:spawn_flooded(fun() -> adder(Main, 8, 0) end),
    Producers = [spawn_link(fun() -> producer(Adder, stage:share(Messages, 8, I)) end)
                 || I <- lists:seq(0, 7)],
    Began = work:clock(),
    [Producer ! produce || Producer <- Producers],
    Sum = stage:reports(1),
    bench:timed(Began, Sum).

fan_in_thread(Messages) ->
    Main = self(),
    Adder = stage:spawn_flooded(fun() -> adder(Main, 1, 0) end),
    Began = work:clock(),
    send_times(Messages, Adder, 1),
    Adder ! done,
    Sum = stage:reports(1),
    bench:timed(Began, Sum).

producer(Receiver, Messages) ->
    receive produce -> ok end,
    send_times(Messages, Receiver, 1),
    Receiver ! done.

adder(Main, 0, Sum) ->
    Main ! {report, Sum};
adder(Main, Producers, Sum) ->
    receive
        done -> adder(Main, Producers - 1, Sum);
        Value -> adder(Main, Producers, Sum + Value)
    end.

send_times(0, _, _) ->
    ok;
send_times(Left, Receiver, Message) ->
    Receiver ! Message,
    send_times(Left - 1, Receiver, Message).

fork_join(Messages) ->
    Computers = computers(),
    Producer = spawn_link(fun() -> receive produce -> deal(Messages, Computers) end end),
    Began = work:clock(),
    Producer ! produce,
    Handled = stage:reports(?COMPUTERS),
    bench:timed(Began, Handled).

fork_join_thread(Messages) ->
    Computers = computers(),
    Began = work:clock(),
    deal(Messages, Computers),
    Handled = stage:reports(?COMPUTERS),
    bench:timed(Began, Handled).

computers() ->
    Main = self(),
    [stage:spawn_flooded(fun() -> computer(Main, 0) end) || _ <- lists:seq(1, ?COMPUTERS)].

computer(Main, Handled) ->
    receive
        compute -> computer(Main, Handled + 1);
        report -> Main ! {report, Handled}
    end.

deal(Messages, Computers) ->
    deal(Messages, Computers, Computers).

deal(0, _, All) ->
    [Computer ! report || Computer <- All];
deal(Left, [], All) ->
    deal(Left, All, All);
deal(Left, [Computer | Computers], All) ->
    Computer ! compute,
    deal(Left - 1, Computers, All).
