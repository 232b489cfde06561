import unittest

from .summary import differ, is_bimodal, summarize


class SummaryTest(unittest.TestCase):
    def test_quartiles_of_five(self) -> None:
        found = summarize([5, 1, 4, 2, 3])
        self.assertEqual((found.count, found.least, found.lower, found.median, found.upper,
                          found.greatest), (5, 1, 2, 3, 4, 5))

    def test_a_single_sample_is_all_there_is(self) -> None:
        found = summarize([7.0])
        self.assertEqual((found.lower, found.median, found.upper), (7, 7, 7))

    def test_two_groups_far_apart_are_bimodal(self) -> None:
        self.assertTrue(is_bimodal([1, 1.1, 2.5, 2.6]))

    def test_a_lone_outlier_is_not_a_group(self) -> None:
        self.assertFalse(is_bimodal([1, 1.1, 1.2, 1.3, 9]))
        self.assertFalse(is_bimodal([1, 9, 9.1, 9.2, 9.3]))

    def test_a_gap_of_two_is_not_enough(self) -> None:
        self.assertFalse(is_bimodal([1, 1, 2, 2]))

    def test_ranges_that_overlap_do_not_differ(self) -> None:
        self.assertFalse(differ(summarize([1, 2, 3, 4, 5]), summarize([3, 4, 5, 6, 7])))

    def test_ranges_apart_differ_either_way(self) -> None:
        low, high = summarize([1, 2, 3]), summarize([7, 8, 9])
        self.assertTrue(differ(low, high))
        self.assertTrue(differ(high, low))

    def test_one_or_two_samples_tell_large_differences_only(self) -> None:
        self.assertFalse(differ(summarize([1, 1]), summarize([2, 2])))
        self.assertTrue(differ(summarize([1, 1]), summarize([9])))
