namespace Tonne.Services.Spans;

/// <summary>Identity of a span: the id of its trace (16 bytes) and its own (8 bytes), in the order of the bytes.</summary>
readonly record struct SpanKey(UInt128 Trace, ulong Span)
{
    /// <summary>Whether both ids are there: all zeros is none (W3C Trace Context).</summary>
    public bool IsValid => Trace != 0 && Span != 0;
}
