#pragma once

namespace troupe::detail {

/// An element's place in one list.
template <class T>
struct ListHook {
  T* previous = nullptr;
  T* next = nullptr;
};

/// A list through its elements, which it does not own.
template <class T, ListHook<T> T::* hook>
class LinkedList {
 public:
  bool empty() const noexcept { return !front_; }
  T* front() const noexcept { return front_; }
  T* back() const noexcept { return back_; }

  void push_back(T& element) noexcept {
    (element.*hook) = {back_, nullptr};
    (back_ ? (back_->*hook).next : front_) = &element;
    back_ = &element;
  }
  void push_front(T& element) noexcept {
    (element.*hook) = {nullptr, front_};
    (front_ ? (front_->*hook).previous : back_) = &element;
    front_ = &element;
  }
  void remove(T& element) noexcept {
    ListHook<T>& own = element.*hook;
    (own.previous ? (own.previous->*hook).next : front_) = own.next;
    (own.next ? (own.next->*hook).previous : back_) = own.previous;
    own = {};
  }

 private:
  T* front_ = nullptr;
  T* back_ = nullptr;
};

}  // namespace troupe::detail
