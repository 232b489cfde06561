#pragma once

#include <rapidcheck.h>

#include <vector>

#include "otp/tree_spec.hpp"
#include "stress/property.hpp"

/// Supervision trees as rapidcheck draws them.
namespace trees {

inline rc::Gen<Sprout> any_sprout() {
  return rc::gen::build<Sprout>(rc::gen::set(&Sprout::parent, stress::below(1'000)),
                                rc::gen::set(&Sprout::kind, stress::below(10)),
                                rc::gen::set(&Sprout::restart, stress::below(3)),
                                rc::gen::set(&Sprout::significant, stress::below(2)),
                                rc::gen::set(&Sprout::traits, stress::below(64)),
                                rc::gen::set(&Sprout::strategy, stress::below(3)),
                                rc::gen::set(&Sprout::auto_shutdown, stress::below(6)),
                                rc::gen::set(&Sprout::intensity, stress::below(4)));
}

/// Mostly small ones, in which everything happens; some as large as it gets.
inline rc::Gen<std::vector<Sprout>> any_tree() {
  return rc::gen::weightedOneOf<std::vector<Sprout>>(
      {{12, stress::up_to(8, any_sprout())},
       {12, stress::up_to(30, any_sprout())},
       {4, stress::up_to(150, any_sprout())},
       {1, stress::up_to(kMostActors, any_sprout())}});
}

}  // namespace trees
