using System.CommandLine;
using Tonne.Cli.Commands;
using Tonne.Estimation.LanguageModels;

namespace Tonne.Cli.LanguageModels;

/// <summary>The options by which an estimate learns the size of a model: its name, or a file of it, in place of <c>--parameters</c>.</summary>
sealed class ModelOptions
{
    /// <summary><c>--model</c>.</summary>
    public Option<string> Name { get; }

    /// <summary><c>--model-file</c>.</summary>
    public Option<string> File { get; } = new("--model-file") { Description = "Its config.json, .safetensors or .gguf file, or their folder", HelpName = "PATH" };

    /// <summary>Creates the options.</summary>
    /// <param name="description">Description of <c>--model</c>.</param>
    public ModelOptions(string description = "Model by name, such as llama-3.1-70b (tonne catalog models)")
    {
        Name = new Option<string>("--model") { Description = description, HelpName = "NAME" };
        Name.CompletionSources.Add(_ => LanguageModelCatalog.Names.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
    }

    /// <summary>The model that is named or whose file is given; null if neither is.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="sizes">Options of sizes, which a model has of its own.</param>
    /// <exception cref="InvalidInputException">Both are given, or a size beside them, or the file does not tell the size.</exception>
    public LanguageModel? Find(ParseResult parsed, params ReadOnlySpan<Option> sizes)
    {
        var (name, file) = (parsed.GetValue(Name), parsed.GetValue(File));
        if (name is null && file is null)
            return null;
        if (name is not null && file is not null)
            throw new InvalidInputException("give --model or --model-file, not both.");
        foreach (var size in sizes)
        {
            if (parsed.GetResult(size) is { Implicit: false })
                throw new InvalidInputException($"{size.Name} cannot be combined with {(name is null ? "--model-file" : "--model")}, which has it: leave one of them out.");
        }

        try
        {
            return file is not null ? ModelFile.Read(file) : LanguageModelCatalog.Find(name!).ValueOrThrow;
        }
        catch (ModelFileException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }
}
