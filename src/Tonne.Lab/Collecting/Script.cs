namespace Tonne.Lab.Collecting;

/// <summary>A writing system.</summary>
[Flags]
public enum Script
{
    /// <summary>No letters.</summary>
    None = 0,

    /// <summary>Latin.</summary>
    Latin = 1,

    /// <summary>Cyrillic.</summary>
    Cyrillic = 2,

    /// <summary>Greek.</summary>
    Greek = 4,

    /// <summary>Chinese characters.</summary>
    Han = 8,

    /// <summary>Hiragana and katakana.</summary>
    Kana = 16,

    /// <summary>Korean.</summary>
    Hangul = 32,

    /// <summary>Arabic.</summary>
    Arabic = 64,

    /// <summary>Hebrew.</summary>
    Hebrew = 128,

    /// <summary>Letters of any other script.</summary>
    Other = 256,
}
