using Tonne.Estimation.LanguageModels;
using Tonne.Services.Requests;

namespace Tonne.Cli.Services;

/// <summary>The architectures of served models, by which work is divided.</summary>
static class ServiceModels
{
    /// <summary>The work of a model that tonne knows; null if it does not.</summary>
    /// <param name="name">Its name, with or without the publisher before a slash.</param>
    public static ServedModelWork? FindWork(string name) => FindModel(name) is { } model ? ServedModelWork.FromModel(model) : null;

    static LanguageModel? FindModel(string name) => name.Length == 0 ? null
        : LanguageModelCatalog.Find(name).Value is { } model ? model
        : name.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? FindModel(name[(slash + 1)..]) : null;
}
