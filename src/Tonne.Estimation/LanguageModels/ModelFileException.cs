namespace Tonne.Estimation.LanguageModels;

/// <summary>A model's file cannot be read, or does not tell the model's size. The message names the file and what to do.</summary>
public sealed class ModelFileException : Exception
{
    /// <summary>With a message only.</summary>
    public ModelFileException(string message)
        : base(message)
    {
    }

    /// <summary>With the error behind it.</summary>
    public ModelFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Without a message.</summary>
    public ModelFileException()
    {
    }
}
