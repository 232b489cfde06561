%% Messages through chains and crowds of processes.
-module(pipelines).
-export([radix_sort/1, chat/1]).

%% -- radix sort -----------------------------------------------------------------------------------

radix_sort(Values) ->
    Main = self(),
    Validator = stage:spawn_flooded(fun() -> validator(Main, Values, 0, 0) end),
    First = lists:foldl(
        fun(Bit, Next) ->
            stage:spawn_flooded(fun() -> sorter(Next, 1 bsl Bit, Values, []) end)
        end, Validator, lists:seq(59, 0, -1)),
    Source = spawn_link(fun() -> receive start -> source(First, Values, 2048) end end),
    Began = work:clock(),
    Source ! start,
    Sum = stage:reports(1),
    bench:timed(Began, Sum).

source(_, 0, _) ->
    ok;
source(First, Left, Value) ->
    Next = work:draw(Value),
    First ! Next,
    source(First, Left - 1, Next).

sorter(Next, _, 0, Kept) ->
    [Next ! Value || Value <- lists:reverse(Kept)];
sorter(Next, Bit, Left, Kept) ->
    receive
        Value when Value band Bit =:= 0 ->
            Next ! Value,
            sorter(Next, Bit, Left - 1, Kept);
        Value ->
            sorter(Next, Bit, Left - 1, [Value | Kept])
    end.

validator(Main, 0, _, Sum) ->
    Main ! {report, Sum};
validator(Main, Left, Last, Sum) ->
    receive Value when Value >= Last -> validator(Main, Left - 1, Value, Sum + Value) end.

%% -- chat -----------------------------------------------------------------------------------------

-define(CLIENTS, 1024).
-define(DIRECTORIES, 8).

-record(turn, {posted = 0, audiences = 0, expected = 0, received = 0, computed = 0}).

chat(Turns) ->
    Main = self(),
    Numbered = [{I, spawn_link(fun() -> client(I) end)} || I <- lists:seq(0, ?CLIENTS - 1)],
    Clients = list_to_tuple([Client || {_, Client} <- Numbered]),
    [Client ! {room, spawn_room(I, Clients)} || {I, Client} <- Numbered],
    Directories = [spawn_directory([Client || {I, Client} <- Numbered, I rem ?DIRECTORIES =:= D])
                   || D <- lists:seq(0, ?DIRECTORIES - 1)],
    Poker = spawn_link(fun() -> receive start -> poker(Main, Directories, Turns, 0) end end),
    Began = work:clock(),
    Poker ! start,
    Sum = stage:reports(1),
    bench:timed(Began, Sum).

poker(Main, _, 0, Sum) ->
    Main ! {report, Sum};
poker(Main, Directories, TurnsLeft, Sum) ->
    Self = self(),
    Accumulator = stage:spawn_flooded(fun() -> accumulator(Self, #turn{}) end),
    [Directory ! {turn, Accumulator} || Directory <- Directories],
    receive {turn_done, Count} -> poker(Main, Directories, TurnsLeft - 1, Sum + Count) end.

spawn_directory(Clients) -> spawn_link(fun() -> directory(Clients) end).

directory(Clients) ->
    receive {turn, Accumulator} -> [Client ! {act, Accumulator} || Client <- Clients] end,
    directory(Clients).

spawn_room(Client, Clients) ->
    {Members, _} = work:chat_members(Client),
    Audience = [element(Member + 1, Clients) || Member <- Members],
    spawn_link(fun() -> room(Audience, length(Audience)) end).

room(Members, Count) ->
    receive
        {post, Accumulator} = Post ->
            Accumulator ! {audience, Count},
            [Member ! Post || Member <- Members]
    end,
    room(Members, Count).

client(Index) ->
    {_, Value} = work:chat_members(Index),
    receive {room, Room} -> client(Room, Value) end.

client(Room, Value) ->
    receive
        {post, Accumulator} ->
            Accumulator ! received,
            client(Room, Value);
        {act, Accumulator} ->
            Next = work:draw(Value),
            act(Room, Accumulator, work:posts(Next)),
            client(Room, Next)
    end.

act(Room, Accumulator, true) ->
    Accumulator ! posted,
    Room ! {post, Accumulator};
act(_, Accumulator, false) ->
    610 = work:fibonacci(15),
    Accumulator ! computed.

%% Counts one turn.
accumulator(Poker, #turn{posted = Posted, audiences = Posted, expected = Expected,
                         received = Expected, computed = Computed})
  when Posted + Computed =:= ?CLIENTS ->
    Poker ! {turn_done, Expected + Computed};
accumulator(Poker, #turn{} = Turn) ->
    receive
        received ->
            accumulator(Poker, Turn#turn{received = Turn#turn.received + 1});
        {audience, Members} ->
            accumulator(Poker, Turn#turn{audiences = Turn#turn.audiences + 1,
                                         expected = Turn#turn.expected + Members});
        posted ->
            accumulator(Poker, Turn#turn{posted = Turn#turn.posted + 1});
        computed ->
            accumulator(Poker, Turn#turn{computed = Turn#turn.computed + 1})
    end.
