#include "table.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <troupe/format.hpp>

#include "units.hpp"

namespace {

constexpr std::string_view kPlain = "";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kCyan = "\x1b[36m";

constexpr std::size_t kNameWidth = 11;
constexpr std::size_t kWidth = 8;
constexpr unsigned kColumnsWithBar = 104;
constexpr std::size_t kBarWidth = 24;

class Table {
 public:
  Table(const Settings& settings, bool bars, bool colours)
      : settings_(settings), bars_(bars), colours_(colours) {}

  void head() {
    left("policy", kDim);
    for (const auto* name :
         {"sent", "handled", "refused", "dropped", "waiting", "age", "blocked", "memory"}) {
      right(name, kDim);
    }
    if (bars_) cell("   mailbox", kDim);
    text_ += '\n';
  }

  void row(const Row& row) {
    const auto& [produced, consumer, spare, paused] = row.figures;
    left(to_string(row.policy), kBold);
    count(produced.sent, kPlain);
    count(consumer.handled, kPlain);
    count(produced.refused, kYellow);
    count(produced.dropped + produced.displaced, kYellow);
    waiting(consumer);
    if (paused) {
      right("stopped", kRed);
    } else {
      const auto blocked = produced.blocked.count();
      right(blocked == 0 ? "-" : percent_text(blocked, produced.active.count()),
            blocked == 0 ? kDim : kCyan);
    }
    end(consumer, row.policy == Policy::unbounded ? settings_.limit : settings_.capacity);
    if (row.policy != Policy::redirect) return;
    left("  its spare", kDim);
    count(produced.redirected, kPlain);
    count(spare.handled, kPlain);
    right("-", kDim);
    right("-", kDim);
    waiting(spare);
    right("-", kDim);
    end(spare, settings_.capacity);
  }

  std::string take() { return std::move(text_); }

 private:
  void cell(std::string_view text, std::string_view colour) {
    if (colours_) text_ += colour;
    text_ += text;
    if (colours_ && !colour.empty()) text_ += "\x1b[0m";
  }
  void left(std::string_view text, std::string_view colour) {
    cell(text, colour);
    text_.append(kNameWidth - text.size(), ' ');
  }
  void right(std::string_view text, std::string_view colour) {
    const auto width = static_cast<std::size_t>(std::ranges::count_if(
        text, [](unsigned char byte) { return (byte & 0xC0) != 0x80; }));  // of UTF-8
    text_.append(kWidth - std::min(width, kWidth), ' ');
    cell(text, colour);
  }
  void count(std::uint64_t number, std::string_view colour) {
    if (number == 0) return right("-", kDim);
    right(count_text(number), colour);
  }
  void waiting(const Figures::Consumer& consumer) {
    count(consumer.waiting, kPlain);
    right(consumer.handled == 0 ? "-" : time_text(consumer.age), kPlain);
  }

  void end(const Figures::Consumer& consumer, std::uint64_t most) {
    right(bytes_text(consumer.waiting * kWorkBytes), kPlain);
    if (bars_) {
      const std::uint64_t part = std::min(consumer.waiting, most) * kBarWidth;
      const std::uint64_t full = (part + most / 2) / most;
      std::string bar = "   ";
      for (std::size_t i = 0; i < kBarWidth; ++i) bar += i < full ? "█" : "░";
      cell(bar, full == kBarWidth ? kRed : full > kBarWidth / 2 ? kYellow : kGreen);
    }
    text_ += '\n';
  }

  const Settings& settings_;
  bool bars_;
  bool colours_;
  std::string text_;
};

}  // namespace

std::string table_text(const std::vector<Row>& rows, const Settings& settings, unsigned columns,
                       bool colours) {
  Table table(settings, columns >= kColumnsWithBar, colours);
  table.head();
  for (const Row& row : rows) table.row(row);
  return table.take();
}
