#pragma once

namespace troupe::detail {

template <class T>
struct Link {
  T* previous = nullptr;
  T* next = nullptr;
};

/// A list through its elements, which it does not own.
template <class T, Link<T> T::* link>
class LinkedList {
 public:
  bool empty() const noexcept { return !front_; }
  T* front() const noexcept { return front_; }
  T* back() const noexcept { return back_; }

  void push_back(T& element) noexcept {
    (element.*link) = {back_, nullptr};
    (back_ ? (back_->*link).next : front_) = &element;
    back_ = &element;
  }
  void push_front(T& element) noexcept {
    (element.*link) = {nullptr, front_};
    (front_ ? (front_->*link).previous : back_) = &element;
    front_ = &element;
  }
  void remove(T& element) noexcept {
    Link<T>& own = element.*link;
    (own.previous ? (own.previous->*link).next : front_) = own.next;
    (own.next ? (own.next->*link).previous : back_) = own.previous;
    own = {};
  }

 private:
  T* front_ = nullptr;
  T* back_ = nullptr;
};

}  // namespace troupe::detail
