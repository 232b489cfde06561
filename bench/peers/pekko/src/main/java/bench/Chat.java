package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Clients in directories, chats that send to their members, and an accumulator that counts until
 * all of a turn has come.
 */
final class Chat {
  private static final int CLIENTS = 1024;
  private static final int DIRECTORIES = 8;
  private static final int POSTS_IN_HUNDRED = 80;

  /** Not final, so that the number is computed when the program runs. */
  private static int recursions = 15;

  private static int fibonacci(int n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
  }

  /** A client's numbers: first the members of its chat, then what it does, turn by turn. */
  private static int[] drawMembers(Draws draws) {
    final int[] members = new int[1 + draws.below(16)];
    for (int i = 0; i < members.length; i++) {
      members[i] = draws.below(CLIENTS);
    }
    return members;
  }

  private static boolean drawWhetherToPost(Draws draws) {
    return draws.below(100) < POSTS_IN_HUNDRED;
  }

  /** What a client did, how many members a chat sent a post to, that a post came. */
  private sealed interface Count {}

  private enum Posted implements Count {
    INSTANCE
  }

  private record Computed(int value) implements Count {}

  private record Sent(int posts) implements Count {}

  private enum Received implements Count {
    INSTANCE
  }

  private static final class Accumulator {
    private int clients;
    private int chats;
    private int chatsExpected;
    private long posts;
    private long postsExpected;
    private int computed;
    private final ActorRef<PokerMessage> poker;

    Accumulator(ActorRef<PokerMessage> poker) {
      this.poker = poker;
    }

    Behavior<Count> onCount(Count count) {
      if (count instanceof Received) {
        posts++;
      } else if (count instanceof Posted) {
        clients++;
        chatsExpected++;
      } else if (count instanceof Sent sent) {
        chats++;
        postsExpected += sent.posts();
      } else if (count instanceof Computed m) {
        clients++;
        computed += m.value() > 0 ? 1 : 0;
      }
      if (clients == CLIENTS && chats == chatsExpected && posts == postsExpected) {
        endTurn();
      }
      return Behaviors.same();
    }

    private void endTurn() {
      poker.tell(new TurnOver(posts + computed));
      clients = 0;
      chats = 0;
      chatsExpected = 0;
      posts = 0;
      postsExpected = 0;
      computed = 0;
    }
  }

  private sealed interface ClientMessage {}

  private record Join(ActorRef<ClientMessage> chat) implements ClientMessage {}

  private enum Act implements ClientMessage {
    INSTANCE
  }

  private enum Post implements ClientMessage {
    INSTANCE
  }

  private static Behavior<ClientMessage> chat(
      List<ActorRef<ClientMessage>> members, ActorRef<Count> accumulator) {
    return Behaviors.receiveMessage(
        post -> {
          accumulator.tell(new Sent(members.size()));
          members.forEach(member -> member.tell(Post.INSTANCE));
          return Behaviors.same();
        });
  }

  private static final class Client {
    private final Draws draws;
    private ActorRef<ClientMessage> chat;
    private final ActorRef<Count> accumulator;

    Client(Draws draws, ActorRef<Count> accumulator) {
      this.draws = draws;
      this.accumulator = accumulator;
    }

    Behavior<ClientMessage> onMessage(ClientMessage message) {
      if (message instanceof Post) {
        accumulator.tell(Received.INSTANCE);
      } else if (message instanceof Act) {
        act();
      } else if (message instanceof Join join) {
        chat = join.chat();
      }
      return Behaviors.same();
    }

    private void act() {
      if (drawWhetherToPost(draws)) {
        accumulator.tell(Posted.INSTANCE);
        chat.tell(Post.INSTANCE);
      } else {
        accumulator.tell(new Computed(fibonacci(recursions)));
      }
    }
  }

  private enum Poke {
    INSTANCE
  }

  private static Behavior<Poke> directory(List<ActorRef<ClientMessage>> clients) {
    return Behaviors.receiveMessage(
        poke -> {
          clients.forEach(client -> client.tell(Act.INSTANCE));
          return Behaviors.same();
        });
  }

  private sealed interface PokerMessage {}

  private record Start(List<ActorRef<Poke>> directories) implements PokerMessage {}

  private record TurnOver(long counted) implements PokerMessage {}

  private static final class Poker {
    private long left;
    private long counted = 0;
    private List<ActorRef<Poke>> directories;
    private final CompletableFuture<Long> promise;

    Poker(long turns, CompletableFuture<Long> counted) {
      left = turns;
      promise = counted;
    }

    Behavior<PokerMessage> onMessage(PokerMessage message) {
      if (message instanceof TurnOver turn) {
        counted += turn.counted();
        if (--left > 0) {
          poke();
        } else {
          promise.complete(counted);
        }
      } else if (message instanceof Start start) {
        directories = start.directories();
        poke();
      }
      return Behaviors.same();
    }

    private void poke() {
      directories.forEach(directory -> directory.tell(Poke.INSTANCE));
    }
  }

  private static List<ActorRef<Poke>> spawnDirectories(
      Actors actors, ActorRef<PokerMessage> poker) {
    final ActorRef<Count> accumulator =
        actors.spawn(Behaviors.receiveMessage(new Accumulator(poker)::onCount));
    final List<int[]> members = new ArrayList<>();
    final List<ActorRef<ClientMessage>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      final var draws = new Draws(i);
      members.add(drawMembers(draws));
      final var client = new Client(draws, accumulator);
      clients.add(actors.spawn(Behaviors.receiveMessage(client::onMessage)));
    }
    final List<List<ActorRef<ClientMessage>>> groups = new ArrayList<>();
    for (int i = 0; i < DIRECTORIES; i++) {
      groups.add(new ArrayList<>());
    }
    for (int i = 0; i < CLIENTS; i++) {
      final List<ActorRef<ClientMessage>> chatMembers = new ArrayList<>();
      for (final int member : members.get(i)) {
        chatMembers.add(clients.get(member));
      }
      clients.get(i).tell(new Join(actors.spawn(chat(chatMembers, accumulator))));
      groups.get(i % DIRECTORIES).add(clients.get(i));
    }
    return groups.stream().map(group -> actors.spawn(directory(group))).toList();
  }

  static long countWithoutActors(long turns) {
    long count = 0;
    for (int i = 0; i < CLIENTS; i++) {
      final var draws = new Draws(i);
      final int members = drawMembers(draws).length;
      for (long turn = 0; turn < turns; turn++) {
        count += drawWhetherToPost(draws) ? members : 1;
      }
    }
    return count;
  }

  static Outcome run(Run run) {
    final var counted = new CompletableFuture<Long>();
    try (var actors = new Actors(run.workers())) {
      final ActorRef<PokerMessage> poker =
          actors.spawn(Behaviors.receiveMessage(new Poker(run.size(), counted)::onMessage));
      final var directories = spawnDirectories(actors, poker);

      final long began = System.nanoTime();
      poker.tell(new Start(directories));
      final long sum = counted.join();
      return Outcome.time(System.nanoTime() - began, sum);
    }
  }

  private Chat() {}
}
