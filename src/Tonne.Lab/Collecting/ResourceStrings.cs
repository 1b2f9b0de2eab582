using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Resources;

namespace Tonne.Lab.Collecting;

/// <summary>Reads the strings embedded in an assembly's resources, without loading the assembly.</summary>
sealed class ResourceStrings
{
    /// <summary>Culture of the assembly, empty for a neutral one.</summary>
    public required string Culture { get; init; }

    /// <summary>Name of the assembly.</summary>
    public required string Assembly { get; init; }

    /// <summary>Version of the assembly.</summary>
    public required string Version { get; init; }

    /// <summary>Each string with its table, without the culture (<c>a.b.Strings</c>), and its key, in the order of the file.</summary>
    public required List<(string Table, string Key, string Text)> Strings { get; init; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">A <c>.dll</c>.</param>
    /// <returns>Null if the file is not a managed assembly.</returns>
    /// <exception cref="BadImageFormatException">The file is damaged; <see cref="InvalidDataException"/> if a resource is.</exception>
    public static ResourceStrings? Read(string path)
    {
        using var image = new PEReader(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(File.ReadAllBytes(path)));
        if (!image.HasMetadata || image.PEHeaders.CorHeader is not { } header)
            return null;
        var metadata = image.GetMetadataReader();
        if (!metadata.IsAssembly)
            return null;

        var definition = metadata.GetAssemblyDefinition();
        var culture = metadata.GetString(definition.Culture);
        List<(string, string, string)> strings = [];
        foreach (var handle in metadata.ManifestResources)
        {
            var resource = metadata.GetManifestResource(handle);
            var name = metadata.GetString(resource.Name);
            if (resource.Implementation.IsNil && name.EndsWith(".resources", StringComparison.Ordinal))
                Add(image.GetSectionData(header.ResourcesDirectory.RelativeVirtualAddress), resource.Offset, GetTableName(name, culture), strings);
        }
        return new()
        {
            Culture = culture,
            Assembly = metadata.GetString(definition.Name) is var assembly && assembly.EndsWith(".resources", StringComparison.Ordinal) ? assembly[..^10] : assembly,
            Version = definition.Version.ToString(),
            Strings = strings,
        };
    }

    static string GetTableName(string name, string culture)
    {
        name = name[..^".resources".Length];
        return culture.Length > 0 && name.EndsWith("." + culture, StringComparison.OrdinalIgnoreCase) ? name[..^(culture.Length + 1)] : name;
    }

    static unsafe void Add(PEMemoryBlock section, long offset, string table, List<(string, string, string)> strings)
    {
        if (offset < 0 || offset > section.Length - 4)
            throw new InvalidDataException($"A resource at {offset} is outside its section of {section.Length} bytes.");
        var length = section.GetReader((int)offset, 4).ReadInt32();
        if (length < 0 || length > section.Length - 4 - offset)
            throw new InvalidDataException($"A resource of {length} bytes is outside its section of {section.Length} bytes.");
        using var stream = new UnmanagedMemoryStream(section.Pointer + offset + 4, length);
        using var reader = new ResourceReader(stream);
        var entries = reader.GetEnumerator();
        while (entries.MoveNext())
        {
            if (Value(entries) is { } text)
                strings.Add((table, (string)entries.Key, text));
        }

        static string? Value(System.Collections.IDictionaryEnumerator entries)
        {
            try
            {
                return entries.Value as string;
            }
            catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
            {
                // A serialized object, for example an icon, is not a string.
                return null;
            }
        }
    }
}
