namespace Tonne.Planning;

/// <summary>A segment in slots, at a place by its number; the slots of a resume that takes time come first.</summary>
readonly record struct SlotSegment(int From, int To, int Place);
