namespace Tonne.Instruments.Files;

/// <summary>The lines of a text, by line feed alone, as the kernel writes them.</summary>
/// <remarks>Not <c>EnumerateLines</c>: looking for every kind of line end runs code that must be compiled at every start, some 6 ms.</remarks>
ref struct LineEnumerator(ReadOnlySpan<char> text)
{
    ReadOnlySpan<char> _rest = text;
    bool _ended;

    /// <summary>The line, without its end.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>The lines themselves.</summary>
    public readonly LineEnumerator GetEnumerator() => this;

    /// <summary>Goes to the next line.</summary>
    public bool MoveNext()
    {
        if (_ended)
            return false;
        var end = _rest.IndexOf('\n');
        _ended = end < 0;
        Current = _ended ? _rest : _rest[..end];
        _rest = _ended ? default : _rest[(end + 1)..];
        return true;
    }
}
