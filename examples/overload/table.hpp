#pragma once

#include <string>
#include <vector>

#include "messages.hpp"
#include "policy.hpp"
#include "settings.hpp"

/// What one lane shows.
struct Row {
  Policy policy;
  Figures figures;
};

/// The lanes side by side, a line each; a bar for how full a mailbox is, where `columns` has room
/// for it.
std::string table_text(const std::vector<Row>& rows, const Settings& settings, unsigned columns,
                       bool colours);

/// What was seen of a policy, in a sentence.
std::string explanation(const Row& row, const Settings& settings);
