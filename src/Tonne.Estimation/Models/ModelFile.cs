using System.Text.Json;

namespace Tonne.Estimation.Models;

/// <summary>Reads a model's size from its files: a Hugging Face <c>config.json</c>, the header of safetensors or GGUF, or a folder with them.</summary>
/// <remarks>Weights are not read: of a safetensors or GGUF file only the list of tensors at its beginning.</remarks>
public static class ModelFile
{
    const string ConfigName = "config.json";
    const string IndexName = "model.safetensors.index.json";

    // A real configuration has a few kilobytes.
    const long MaxConfigBytes = 16 << 20;

    /// <summary>Reads a file or folder.</summary>
    /// <param name="path">Path of <c>config.json</c>, of a <c>.safetensors</c> or <c>.gguf</c> file, or of the folder that they are in.</param>
    /// <exception cref="ModelFileException">There is no such file, or it does not tell the size; the message says what to give instead.</exception>
    public static LanguageModel Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Directory.Exists(path) ? ReadFolder(path) : ReadFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ModelFileException($"{path}: {error.Message}", error);
        }
        catch (JsonException error)
        {
            throw new ModelFileException($"{path}: it is not valid JSON ({error.Message}).", error);
        }
        catch (Exception error) when (error is FormatException or OverflowException or InvalidOperationException)
        {
            throw new ModelFileException($"{path}: {error.Message}", error);
        }
    }

    static LanguageModel ReadFolder(string folder)
    {
        var name = Path.GetFileName(Path.GetFullPath(folder).TrimEnd('/'));
        var config = Path.Combine(folder, ConfigName);
        if (File.Exists(config))
            return ReadConfig(config, name);
        if (Directory.EnumerateFiles(folder, "*.gguf").Order(StringComparer.Ordinal).FirstOrDefault() is { } gguf)
            return ReadFile(gguf);
        var parts = Directory.EnumerateFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).ToList();
        return parts.Count > 0 ? SafetensorsHeader.Read(parts, name)
            : throw new ModelFileException($"{folder}: it has no config.json, .safetensors or .gguf file.");
    }

    static LanguageModel ReadFile(string path)
    {
        if (!File.Exists(path))
            throw new ModelFileException($"{path}: there is no such file or folder.");
        var name = Path.GetFileNameWithoutExtension(path);
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || GgufHeader.IsGguf(path))
            return GgufHeader.Read(path, name);
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            // The configuration beside it also knows which experts a token uses.
            var config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ConfigName);
            return File.Exists(config) ? ReadConfig(config, name) : SafetensorsHeader.Read([path], name);
        }

        return Path.GetFileName(path) == IndexName
            ? throw new ModelFileException($"{path}: the index has only file names; give the folder or its config.json.")
            : ReadConfig(path, name == "config" ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)) ?? name) : name);
    }

    static LanguageModel ReadConfig(string path, string name)
    {
        if (new FileInfo(path).Length > MaxConfigBytes)
            throw new ModelFileException($"{path}: it is too large for a config.json. Give the config.json, a .safetensors or a .gguf file of the model.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return HuggingFaceConfig.Read(document.RootElement, name, path);
    }
}
