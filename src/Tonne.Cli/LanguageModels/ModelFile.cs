using System.Text.Json;
using Tonne.Estimation.LanguageModels;

namespace Tonne.Cli.LanguageModels;

/// <summary>Reads a model's size from its files: a Hugging Face <c>config.json</c>, the header of safetensors or GGUF, or a folder with them.</summary>
/// <remarks>Weights are not read: of a safetensors or GGUF file only the list of tensors at its beginning.</remarks>
static class ModelFile
{
    const string ConfigName = "config.json";
    const string IndexName = "model.safetensors.index.json";

    // A real configuration has a few kilobytes.
    const int MaxConfigBytes = 4 << 20;

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
        return parts.Count > 0 ? ReadSafetensors(parts, name)
            : throw new ModelFileException($"{folder}: it has no config.json, .safetensors or .gguf file.");
    }

    static LanguageModel ReadFile(string path)
    {
        if (!File.Exists(path))
            throw new ModelFileException($"{path}: there is no such file or folder.");
        var name = Path.GetFileNameWithoutExtension(path);
        CheckOrdinary(path);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16))
        {
            if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) || GgufHeader.IsGguf(file))
                return GgufHeader.Read(file, name, path);
        }

        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            // The configuration beside it also knows which experts a token uses.
            var config = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, ConfigName);
            return File.Exists(config) ? ReadConfig(config, name) : ReadSafetensors([path], name);
        }

        return Path.GetFileName(path) == IndexName
            ? throw new ModelFileException($"{path}: the index has only file names; give the folder or its config.json.")
            : ReadConfig(path, name == "config" ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)) ?? name) : name);
    }

    static LanguageModel ReadConfig(string path, string name)
    {
        CheckOrdinary(path);
        using var file = File.OpenRead(path);
        var bytes = new byte[MaxConfigBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaxConfigBytes)
            throw new ModelFileException($"{path}: it is too large for a config.json. Give the config.json, a .safetensors or a .gguf file of the model.");
        using var document = JsonDocument.Parse(bytes.AsMemory(0, length));
        return HuggingFaceConfig.Read(document.RootElement, name, path);
    }

    /// <summary>Refuses what has no length: a device has no end, and a pipe may never have a writer.</summary>
    static void CheckOrdinary(string path)
    {
        if ((new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(path)) is not FileInfo { Exists: true, Length: > 0 })
            throw new ModelFileException($"{path}: it is empty, or a device or a pipe: no file of a model.");
    }

    static LanguageModel ReadSafetensors(IReadOnlyList<string> paths, string name)
    {
        var header = new SafetensorsHeader();
        foreach (var path in paths)
        {
            using var file = File.OpenRead(path);
            header.Add(file, path);
        }

        return header.ToModel(name);
    }
}
