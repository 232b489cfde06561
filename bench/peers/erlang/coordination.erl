%% Processes that meet, answer each other and wait for each other.
-module(coordination).
-export([chameneos/1, big/1, bounded_buffer/1, philosophers/1]).

%% -- chameneos ------------------------------------------------------------------------------------

-define(CREATURES, 100).

chameneos(Meetings) ->
    Main = self(),
    Mall = spawn_link(fun() -> mall(Main, Meetings) end),
    Creatures = [spawn_link(fun() -> receive start -> visit(Mall, I rem 3, 0) end end)
                 || I <- lists:seq(0, ?CREATURES - 1)],
    Began = work:clock(),
    [Creature ! start || Creature <- Creatures],
    Sum = stage:reports(1),
    bench:timed(Began, Sum).

mall(Main, 0) ->
    closed_mall(Main, 0, 0);
mall(Main, MeetingsLeft) ->
    receive
        {meet, _, First} ->
            receive
                {meet, Colour, Second} ->
                    First ! {meet, Colour, Second},
                    mall(Main, MeetingsLeft - 1)
            end
    end.

closed_mall(Main, ?CREATURES, Sum) ->
    Main ! {report, Sum};
closed_mall(Main, Reports, Sum) ->
    receive
        {meet, _, Creature} ->
            Creature ! exit,
            closed_mall(Main, Reports, Sum);
        {meetings, Meetings} ->
            closed_mall(Main, Reports + 1, Sum + Meetings)
    end.

visit(Mall, Colour, Meetings) ->
    Mall ! {meet, Colour, self()},
    receive
        {meet, Other, Partner} ->
            Changed = complement(Colour, Other),
            Partner ! {change, Changed},
            visit(Mall, Changed, Meetings + 1);
        {change, Changed} ->
            visit(Mall, Changed, Meetings + 1);
        exit ->
            Mall ! {meetings, Meetings}
    end.

%% The same if both are equal, else the third.
complement(Colour, Colour) -> Colour;
complement(One, Other) -> 3 - One - Other.

%% -- big ------------------------------------------------------------------------------------------

-define(PEERS, 120).

big(Pings) ->
    Main = self(),
    Peers = [spawn_link(fun() -> peer(Main, I, Pings) end) || I <- lists:seq(0, ?PEERS - 1)],
    All = list_to_tuple(Peers),
    [Peer ! {peers, All} || Peer <- Peers],
    Began = work:clock(),
    [Peer ! start || Peer <- Peers],
    RightPongs = stage:reports(?PEERS),
    bench:timed(Began, RightPongs).

peer(Main, Index, Pings) ->
    receive {peers, All} -> ok end,
    peer(Main, Index, All, Pings, Index, none, 0).

peer(Main, Index, All, PingsLeft, Value, Expected, RightPongs) ->
    receive
        {ping, From} ->
            element(From + 1, All) ! {pong, Index},
            peer(Main, Index, All, PingsLeft, Value, Expected, RightPongs);
        {pong, Expected} ->
            ping_next(Main, Index, All, PingsLeft, Value, RightPongs + 1);
        {pong, _} ->
            ping_next(Main, Index, All, PingsLeft, Value, RightPongs);
        start ->
            ping_next(Main, Index, All, PingsLeft, Value, RightPongs)
    end.

ping_next(Main, Index, All, 0, Value, RightPongs) ->
    Main ! {report, RightPongs},
    peer(Main, Index, All, 0, Value, none, RightPongs);
ping_next(Main, Index, All, PingsLeft, Value, RightPongs) ->
    Next = work:draw(Value),
    Expected = Next rem ?PEERS,
    element(Expected + 1, All) ! {ping, Index},
    peer(Main, Index, All, PingsLeft - 1, Next, Expected, RightPongs).

%% -- bounded buffer -------------------------------------------------------------------------------

-define(SIDES, 40).  % producers, and as many consumers
-define(FULL, (50 - ?SIDES)).

-record(buffer, {items = queue:new(), held = 0, producers = queue:new(), consumers = queue:new(),
                 producing = ?SIDES}).

bounded_buffer(Items) ->
    Main = self(),
    Manager = spawn_link(fun() -> manager(#buffer{}) end),
    Producers = [spawn_link(fun() -> producer(Manager, Items, 0.0) end)
                 || _ <- lists:seq(1, ?SIDES)],
    Consumers = [spawn_link(fun() -> receive start -> consumer(Main, Manager, 0, 0.0) end end)
                 || _ <- lists:seq(1, ?SIDES)],
    Began = work:clock(),
    [Consumer ! start || Consumer <- Consumers],
    [Producer ! produce || Producer <- Producers],
    Consumed = stage:reports(?SIDES),
    bench:timed(Began, Consumed).

manager(Buffer) ->
    receive
        {item, Item, Producer} -> manager(park_or_go_on(Producer, put_item(Item, Buffer)));
        {ready, Consumer} -> manager(serve(Consumer, Buffer));
        exit -> manager(end_if_all_consumed(Buffer#buffer{producing = Buffer#buffer.producing - 1}))
    end.

put_item(Item, #buffer{items = Items, held = Held, consumers = Consumers} = Buffer) ->
    case queue:out(Consumers) of
        {empty, _} ->
            Buffer#buffer{items = queue:in(Item, Items), held = Held + 1};
        {{value, Consumer}, Others} ->
            Consumer ! {item, Item},
            Buffer#buffer{consumers = Others}
    end.

park_or_go_on(Producer, #buffer{held = Held, producers = Producers} = Buffer) when Held >= ?FULL ->
    Buffer#buffer{producers = queue:in(Producer, Producers)};
park_or_go_on(Producer, Buffer) ->
    Producer ! produce,
    Buffer.

serve(Consumer, #buffer{held = 0, consumers = Consumers} = Buffer) ->
    end_if_all_consumed(Buffer#buffer{consumers = queue:in(Consumer, Consumers)});
serve(Consumer, #buffer{items = Items, held = Held, producers = Producers} = Buffer) ->
    {{value, Item}, Others} = queue:out(Items),
    Consumer ! {item, Item},
    Served = Buffer#buffer{items = Others, held = Held - 1},
    case queue:out(Producers) of
        {empty, _} ->
            Served;
        {{value, Producer}, Parked} ->
            Producer ! produce,
            Served#buffer{producers = Parked}
    end.

end_if_all_consumed(#buffer{producing = 0, consumers = Consumers} = Buffer) ->
    queue:len(Consumers) =:= ?SIDES andalso
        [Consumer ! exit || Consumer <- queue:to_list(Consumers)],
    Buffer;
end_if_all_consumed(Buffer) ->
    Buffer.

producer(Manager, ItemsLeft, Item) ->
    receive
        produce when ItemsLeft =:= 0 ->
            Manager ! exit;
        produce ->
            Next = work:process_item(Item),
            Manager ! {item, Next, self()},
            producer(Manager, ItemsLeft - 1, Next)
    end.

consumer(Main, Manager, Consumed, Item) ->
    Manager ! {ready, self()},
    receive
        {item, Next} -> consumer(Main, Manager, Consumed + 1, work:process_item(Item + Next));
        exit -> Main ! {report, Consumed}
    end.

%% -- philosophers ---------------------------------------------------------------------------------

-define(SEATS, 20).

philosophers(Meals) ->
    Main = self(),
    Forks = list_to_tuple(lists:duplicate(?SEATS, free)),
    Arbitrator = spawn_link(fun() -> arbitrator(Forks) end),
    Philosophers = [spawn_link(fun() ->
                        receive start -> philosopher(Main, Arbitrator, Seat, Meals, 0, 0) end
                    end) || Seat <- lists:seq(1, ?SEATS)],
    Began = work:clock(),
    [Philosopher ! start || Philosopher <- Philosophers],
    {Eaten, Retries} = meals(?SEATS, 0, 0),
    {Figures, Eaten} = bench:timed(Began, Eaten),
    {Figures, Eaten, io_lib:format(" retries=~b", [Retries])}.

meals(0, Eaten, Retries) ->
    {Eaten, Retries};
meals(Left, Eaten, Retries) ->
    receive
        {meals, OfOne, RetriesOfOne} -> meals(Left - 1, Eaten + OfOne, Retries + RetriesOfOne)
    end.

arbitrator(Forks) ->
    receive
        {hungry, Seat, Philosopher} ->
            Next = Seat rem ?SEATS + 1,
            case element(Seat, Forks) =:= free andalso element(Next, Forks) =:= free of
                true ->
                    Philosopher ! eat,
                    arbitrator(setelement(Next, setelement(Seat, Forks, taken), taken));
                false ->
                    Philosopher ! denied,
                    arbitrator(Forks)
            end;
        {eaten, Seat} ->
            arbitrator(setelement(Seat rem ?SEATS + 1, setelement(Seat, Forks, free), free))
    end.

philosopher(Main, _, _, Meals, Meals, Retries) ->
    Main ! {meals, Meals, Retries};
philosopher(Main, Arbitrator, Seat, Meals, Eaten, Retries) ->
    Arbitrator ! {hungry, Seat, self()},
    receive
        denied ->
            philosopher(Main, Arbitrator, Seat, Meals, Eaten, Retries + 1);
        eat ->
            Arbitrator ! {eaten, Seat},
            philosopher(Main, Arbitrator, Seat, Meals, Eaten + 1, Retries)
    end.
