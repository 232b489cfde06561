package bench;

import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A node of a tree answers its parent when all its children have answered it, and ends. */
final class Node {
  private int missing;
  private long sum = 0;
  private final ActorRef<Long> parent;

  private Node(int children, ActorRef<Long> parent) {
    missing = children;
    this.parent = parent;
  }

  static Behavior<Long> of(int children, ActorRef<Long> parent) {
    return Behaviors.receiveMessage(new Node(children, parent)::onAnswer);
  }

  static Behavior<Long> answer(ActorRef<Long> parent, long answer) {
    parent.tell(answer);
    return Behaviors.stopped();
  }

  private Behavior<Long> onAnswer(Long answer) {
    sum += answer;
    return --missing == 0 ? answer(parent, sum) : Behaviors.same();
  }
}
